//! Texts of a picture: their visible characters, their width and their line breaks.

/// Returns the width of a text, in cells of a fixed-width font. Characters other than ASCII may take two.
pub fn cells(text: &str) -> usize {
    text.chars().map(cells_of).sum()
}

fn cells_of(c: char) -> usize {
    if c.is_ascii() { 1 } else { 2 }
}

/// Breaks a text into lines of at most `width` cells, behind a `/` or at a space if there is one. Continued lines begin
/// with `…`.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    if cells(text) <= width {
        return vec![text.into()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for c in text.chars() {
        if cells(&line) + cells_of(c) > width {
            let end = line.rfind(['/', ' ']).map_or(line.len(), |place| place + 1);
            // A break right behind the mark of a line that goes on would make no progress.
            let end = if end * 2 < line.len() { line.len() } else { end };
            let rest = line.split_off(end);
            let whole = std::mem::replace(&mut line, format!("… {rest}"));
            lines.push(whole.trim_end().to_string());
        }
        line.push(c);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_breaks_behind_a_slash_and_loses_nothing() {
        assert_eq!(wrap("GET /a", 10), ["GET /a"]);
        assert_eq!(wrap("user pool of many", 12), ["user pool", "… of many"]);
        assert_eq!(
            wrap("GET /orders/{id}/lines/{line}", 20),
            ["GET /orders/{id}/", "… lines/{line}"]
        );
        let long = format!("GET /{}", "x".repeat(70));
        let lines = wrap(&long, 20);
        assert!(lines.iter().all(|line| cells(line) <= 20), "{lines:?}");
        assert_eq!(lines.join("").replace("… ", ""), long);
    }
}
