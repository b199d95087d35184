//! The one error that a command ends with, and how it is shown.

use std::io::{self, IsTerminal, Write};

use crate::exit::Exit;

/// Why a command ended early: what happened, to what, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    /// The exit code.
    pub exit: Exit,
    /// What happened, to which object by name.
    pub message: String,
    /// Particulars for a support case, such as the request id; one line each.
    pub details: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl CliError {
    /// An error with nothing but its message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            details: Vec::new(),
            hint: None,
        }
    }

    /// A mistake in the command line, a setting or an input file.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The same error, with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Writes the error for people: `error:` first, `hint:` after a blank line.
    pub fn render(&self, out: &mut impl Write, color: bool) -> io::Result<()> {
        writeln!(out, "{} {}", label("error:", "31", color), self.message)?;
        for detail in &self.details {
            writeln!(out, "  {detail}")?;
        }
        if let Some(hint) = &self.hint {
            writeln!(out, "\n{} {hint}", label("hint:", "36", color))?;
        }
        Ok(())
    }
}

/// A failed write to standard output. A reader that went away (`| head`) is no error of ours.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Exit::Done, String::new());
        }
        Self::new(Exit::Failed, format!("Could not write the output: {error}"))
    }
}

/// Whether standard error takes color: a terminal, and `NO_COLOR` unset or empty.
pub fn stderr_takes_color() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn label(word: &str, ansi: &str, color: bool) -> String {
    if color {
        format!("\u{1b}[1;{ansi}m{word}\u{1b}[0m")
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::CliError;

    #[test]
    fn the_hint_follows_a_blank_line() {
        let error = CliError::usage("No product").hint("Give `--product`");
        let mut plain = Vec::new();
        error.render(&mut plain, false).unwrap();
        assert_eq!(
            String::from_utf8(plain).unwrap(),
            "error: No product\n\nhint: Give `--product`\n"
        );

        let mut colored = Vec::new();
        error.render(&mut colored, true).unwrap();
        assert!(
            String::from_utf8(colored)
                .unwrap()
                .starts_with("\u{1b}[1;31merror:\u{1b}[0m No product")
        );
    }
}
