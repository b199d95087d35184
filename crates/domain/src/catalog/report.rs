//! What an import of Microsoft's product list did.

use std::fmt;

/// What [`Catalog::merge_csv`](super::Catalog::merge_csv) did, item by item, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Products and plans that the catalog did not have.
    pub added: Vec<ImportNote>,
    /// Products and plans whose name or plan list is another now.
    pub changed: Vec<ImportNote>,
    /// Faults of the file that were put right.
    pub repaired: Vec<ImportNote>,
    /// What is right but surprises: one part number on two products, plans kept for want of a readable row.
    pub noticed: Vec<ImportNote>,
    /// Rows and products that were left out.
    pub refused: Vec<ImportNote>,
    /// How many products and plans of the file were already as the file says.
    pub unchanged: usize,
}

/// One line of an [`ImportReport`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportNote {
    /// Line of the file, from 1 (the header); of the first row concerned if there are several.
    pub line: u64,
    /// What happened to which object, by name.
    pub text: String,
}

impl fmt::Display for ImportNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.text)
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [
            ("added", &self.added),
            ("changed", &self.changed),
            ("repaired", &self.repaired),
            ("noticed", &self.noticed),
            ("refused", &self.refused),
        ];
        for (title, notes) in groups {
            if !notes.is_empty() {
                writeln!(formatter, "{title}:")?;
                for note in notes {
                    writeln!(formatter, "  {note}")?;
                }
            }
        }
        for (title, notes) in groups {
            write!(formatter, "{} {title}, ", notes.len())?;
        }
        write!(formatter, "{} unchanged", self.unchanged)
    }
}

/// Sorts notes by line; those of one line stay in the order in which they were made.
pub(super) fn by_line(mut notes: Vec<ImportNote>) -> Vec<ImportNote> {
    notes.sort_by_key(|note| note.line);
    notes
}
