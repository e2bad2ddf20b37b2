fn main() {
    let a: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&a[1]).unwrap();
    let h = a[3..]
        .iter()
        .map(|n| (n.clone(), format!("functions/{n}")))
        .collect();
    match portcullis_generator::service(&text, &h) {
        Ok(s) => {
            let f = portcullis_generator::modules::all(&s);
            let r = std::path::Path::new(&a[2]);
            let c = portcullis_generator::tree::compare(r, &f).unwrap();
            portcullis_generator::tree::write(r, &c).unwrap();
            println!("{} changes", c.len());
        }
        Err(d) => print!("{}", d.render("portcullis.toml", &text, false)),
    }
}
