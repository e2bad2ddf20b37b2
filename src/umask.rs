//! Permissions of the files that we write. States, plans, logs, mails and code hold secrets or are run, and most of them are written
//! by programs that we start. So one umask holds for all of us: what is made is its user's alone. Generated files are
//! source code, which a team may share, so they keep the umask that the user has.

use std::sync::OnceLock;

use rustix::fs::Mode;
use rustix::process::umask;

static OF_THE_USER: OnceLock<Mode> = OnceLock::new();

/// Restricts all files that we and our child processes create from now on to the user.
pub fn private() {
    let before = umask(Mode::RWXG | Mode::RWXO);
    // Kept once: a second call would find our own.
    OF_THE_USER.get_or_init(|| before);
}

/// Writes source code, with the user's own umask. It is one of the whole process, so nothing else is written meanwhile.
pub fn of_the_user<T>(write: impl FnOnce() -> T) -> T {
    let Some(of_the_user) = OF_THE_USER.get() else {
        return write();
    };
    let private = umask(*of_the_user);
    let written = write();
    umask(private);
    written
}
