use super::*;

#[test]
fn what_stops_takes_its_mails_and_logs_along_and_keeps_its_ports() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local {
        work: folder.path().join("work"),
        directory: folder.path().join("terraform"),
    };
    for path in [
        "mails/1.txt",
        "data-plane/logs/shop-local-orders.log",
        "data-plane/logs/access/v1.log",
        "data-plane/log",
        "ports.json",
    ] {
        let path = local.work.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    assert!(local.logs().join("access/v1.log").is_file());
    local.stop().unwrap();
    assert!(!local.logs().exists());
    assert!(!local.mails().exists());
    // The emulation's own log says why it ended.
    assert!(local.work.join("data-plane/log").is_file());
    assert!(local.work.join("ports.json").is_file());
}

#[test]
fn the_port_of_an_address_is_found() {
    assert_eq!(port_of("http://127.0.0.1:4567/v1"), Some(4567));
    assert_eq!(port_of("http://127.0.0.1/v1"), None);
}
