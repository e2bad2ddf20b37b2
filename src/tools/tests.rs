use std::collections::BTreeMap;
use std::process::Command;
use std::thread;

use super::*;

/// A package without dependencies, small enough to be installed in a test.
const SIX: Requirements = Requirements {
    name: "six",
    text: "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n",
};

#[test]
#[ignore = "starts pip, which uses the network"]
fn a_tool_is_installed_once_and_again_when_the_folder_moved() {
    let folder = tempfile::tempdir().unwrap();
    let tools = Tools::new(&folder.path().join("first"));
    // Two at once: one installs, the other waits for it.
    thread::scope(|scope| {
        let both = [
            scope.spawn(|| tools.install(SIX)),
            scope.spawn(|| tools.install(SIX)),
        ];
        both.into_iter().for_each(|one| one.join().unwrap().unwrap());
    });
    let import = |tools: &Tools| {
        Command::new(tools.bin("python"))
            .args(["-I", "-c", "import six"])
            .status()
            .unwrap()
            .success()
    };
    assert!(import(&tools));
    // A second call does nothing: not even what it would have to do is there.
    std::fs::remove_file(tools.folder.join("six.txt")).unwrap();
    tools.install(SIX).unwrap();
    assert!(!tools.folder.join("six.txt").exists());

    std::fs::rename(folder.path().join("first"), folder.path().join("second")).unwrap();
    let moved = Tools::new(&folder.path().join("second"));
    assert!(!moved.is_sound());
    moved.install(SIX).unwrap();
    assert!(moved.is_sound() && import(&moved));

    // A Python that went: the link leads nowhere.
    std::fs::remove_file(moved.bin("python")).unwrap();
    std::os::unix::fs::symlink("/nowhere/python3", moved.bin("python")).unwrap();
    assert!(!moved.is_installed(SIX));

    // Other requirements: the stamp no longer matches.
    let wrong = Requirements {
        name: "six",
        text: concat!("six==1.17.0 --hash=sha256:", "0000"),
    };
    assert!(!moved.is_installed(wrong));
}

#[test]
#[ignore = "starts pip, which uses the network"]
fn a_hash_that_does_not_match_is_reported_with_the_output_of_pip() {
    const WRONG: Requirements = Requirements {
        name: "six",
        text: "six==1.17.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
    };
    let folder = tempfile::tempdir().unwrap();
    let tools = Tools::new(folder.path());
    let error = tools.install(WRONG).unwrap_err().to_string();
    assert!(
        error.starts_with("pip can't install six (exit status: 1). Its output ends with:\n"),
        "{error}"
    );
    assert!(
        error.contains("THESE PACKAGES DO NOT MATCH THE HASHES"),
        "{error}"
    );
    assert!(error.ends_with("run the command again"), "{error}");
    assert!(tools.is_sound() && !tools.is_installed(WRONG));
}

#[test]
fn every_requirement_is_pinned_with_hashes_and_names_no_index() {
    for requirements in [MOTO, CARGO_LAMBDA, AWS] {
        let mut hashes = 0;
        for line in requirements.text.lines() {
            let line = line.trim().trim_end_matches(" \\");
            if let Some(hash) = line.strip_prefix("--hash=sha256:") {
                assert_eq!(hash.len(), 64, "{line}");
                hashes += 1;
            } else {
                assert!(
                    line.contains("==") && !line.contains("://") && !line.starts_with('-'),
                    "{line}"
                );
            }
        }
        assert!(hashes > 0, "{}", requirements.name);
    }
}

#[test]
fn the_tools_agree_on_what_they_share() {
    let mut pins = BTreeMap::new();
    let releases = [MOTO, CARGO_LAMBDA, AWS]
        .iter()
        .flat_map(|requirements| requirements.text.lines())
        .filter(|line| line.contains("=="));
    for line in releases {
        let (package, version) = line.trim_end_matches(" \\").split_once("==").unwrap();
        // A package may be pinned twice, for Pythons that the marker tells apart.
        let marker = version.split_once(';').map(|(_, marker)| marker);
        let before = pins.insert((package, marker), version);
        assert!(
            before.is_none_or(|before| before == version),
            "{package}: {before:?} and {version}"
        );
    }
    assert!(pins.contains_key(&("botocore", None)));
}

#[test]
fn the_headline_names_the_release() {
    assert_eq!(headline(MOTO), "moto 5.2.5");
    assert_eq!(headline(CARGO_LAMBDA), "cargo-lambda 1.9.2");
    assert!(headline(AWS).starts_with("awscli 1."));
}

#[test]
fn a_program_is_found_only_where_it_can_be_executed() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    for (folder, mode) in [(&first, 0o644), (&second, 0o755)] {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(folder.join("aws"), "").unwrap();
        std::fs::set_permissions(folder.join("aws"), PermissionsExt::from_mode(mode)).unwrap();
    }
    let path = std::env::join_paths([&first, &second]).unwrap();
    assert_eq!(find_program("aws", &path), Some(second.join("aws")));
    assert_eq!(find_program("terraform", &path), None);
}
