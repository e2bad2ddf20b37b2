//! Lists in sentences.

/// Several things in a row: `a`, `b` and `c`. From the fifth on they are counted.
pub(crate) fn list(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    if items.len() > 5 {
        let more = items.len() - 4;
        items.truncate(4);
        items.push(format!("{more} more"));
    }
    match items.pop() {
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} and {last}", items.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_counted() {
        let names = |count: usize| list((1..=count).map(|n| n.to_string()));
        assert_eq!(names(1), "1");
        assert_eq!(names(5), "1, 2, 3, 4 and 5");
        assert_eq!(names(9), "1, 2, 3, 4 and 5 more");
    }
}
