//! What the program's exit code means.

use std::process::ExitCode;

/// How a run ended. The numbers are promised in `docs/reference/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// It failed for a reason that has no code of its own.
    Failed = 1,
    /// The command line, a setting or an input file is wrong; nothing was sent.
    Usage = 2,
    /// Several things were asked for and some of them failed.
    SomeFailed = 3,
    /// The server did not accept the credentials, or they lack a right.
    NotAuthorized = 4,
    /// The user, product or object does not exist.
    NotFound = 5,
    /// A rule forbids it.
    Refused = 6,
    /// The server could not be reached, or gave no answer.
    NoConnection = 7,
    /// The server asked to wait, again and again.
    Busy = 8,
    /// It takes services from many people; whoever wants that confirms it with the token of its plan.
    ConfirmationRequired = 9,
}

impl Exit {
    /// Every way to end, in the order of the codes.
    pub const ALL: [Self; 10] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::SomeFailed,
        Self::NotAuthorized,
        Self::NotFound,
        Self::Refused,
        Self::NoConnection,
        Self::Busy,
        Self::ConfirmationRequired,
    ];

    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// One line for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed, for a reason without a code of its own",
            Self::Usage => {
                "the command line, a setting or an input file is wrong; nothing was changed"
            }
            Self::SomeFailed => "some users or rows failed, the others were done",
            Self::NotAuthorized => {
                "the server did not accept the credentials, or they lack a right"
            }
            Self::NotFound => "the user, product or object does not exist",
            Self::Refused => "refused by a rule (no seats, no usage location, conflict, …)",
            Self::NoConnection => "the server could not be reached, or gave no answer",
            Self::Busy => "the server was too busy, also after several attempts",
            Self::ConfirmationRequired => {
                "it takes services from many users and was not confirmed; nothing was changed"
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The list of exit codes at the end of `zetel --help`.
pub fn help() -> String {
    let line = |exit: Exit| format!("  {}  {}", exit.code(), exit.meaning());
    format!("Exit codes:\n{}\n", Exit::ALL.map(line).join("\n"))
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_reference_page_lists_every_code_with_its_meaning() {
        let page = include_str!("../../../docs/reference/exit-codes.md");
        for exit in Exit::ALL {
            let row = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(page.contains(&row), "missing in the page: {row}");
        }
    }
}
