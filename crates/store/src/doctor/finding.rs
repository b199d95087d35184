//! What is wrong, in sentences for people.

use std::{collections::BTreeMap, fmt};

use uuid::Uuid;
use zetel_domain::state::Bits;

use super::tenant_name;
use crate::sql::{DatabaseError, Kind, Table, ValueRef};

/// How many findings of one table of one tenant are shown one by one.
const SHOWN: u64 = 10;
/// How much of a text is shown.
const SHOWN_CHARACTERS: usize = 60;

/// Something that is wrong. Printed it is one sentence of what is wrong and where, and one of what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The tenant that it concerns; nothing if it concerns none.
    pub tenant: Option<Uuid>,
    /// The table in which it is.
    pub table: &'static str,
    /// What is wrong, with the key of the row.
    pub text: String,
    /// What to do.
    pub advice: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tenant, text, advice) = (tenant_name(self.tenant), &self.text, self.advice);
        write!(formatter, "{tenant}: {text}. {advice}.")
    }
}

/// What to do about a finding.
#[derive(Clone, Copy)]
pub enum Advice {
    Catalog,
    Credential,
    Fact,
    Index,
    Journal,
    Program,
    Refusal,
    Stray,
}

impl Advice {
    const fn text(self) -> &'static str {
        match self {
            Self::Catalog => "Put the catalog's text back as it was, or restore a backup",
            Self::Credential => {
                "Delete the row, then set the password or add the credential again; or restore a backup"
            }
            Self::Fact => {
                "Somebody edited the table or the disk is damaged: put the value back, or restore a backup"
            }
            Self::Index => "Put the row back as it was, or restore a backup",
            Self::Journal => {
                "The history cannot be repaired: undo the edit, or restore a backup made before it"
            }
            Self::Program => "This is a defect of the program: please report it",
            Self::Refusal => {
                "Delete the row: it tells of a device that was refused, and of nothing else"
            }
            Self::Stray => "The program never reads these rows: delete them",
        }
    }
}

/// Reports findings; of a table with many, only the first ones and a number.
pub struct Finder<'r> {
    report: &'r mut dyn FnMut(Finding),
    tenant: Option<Uuid>,
    counts: BTreeMap<&'static str, (u64, &'static str)>,
    total: u64,
}

impl<'r> Finder<'r> {
    pub fn new(report: &'r mut dyn FnMut(Finding)) -> Self {
        Self {
            report,
            tenant: None,
            counts: BTreeMap::new(),
            total: 0,
        }
    }

    /// What follows concerns this tenant, until [`Self::end`].
    pub const fn begin(&mut self, tenant: Option<Uuid>) {
        self.tenant = tenant;
    }

    /// Tells how many findings were not shown.
    pub fn end(&mut self) {
        for (table, (count, advice)) in std::mem::take(&mut self.counts) {
            if count > SHOWN {
                (self.report)(Finding {
                    tenant: self.tenant,
                    table,
                    text: format!("{} more like this in `{table}`", count - SHOWN),
                    advice,
                });
            }
        }
        self.tenant = None;
    }

    pub fn find(&mut self, table: &Table, text: String, advice: Advice) {
        self.total += 1;
        let advice = advice.text();
        let (count, _) = self.counts.entry(table.name).or_insert((0, advice));
        *count += 1;
        if *count <= SHOWN {
            (self.report)(Finding {
                tenant: self.tenant,
                table: table.name,
                text,
                advice,
            });
        }
    }

    /// Makes a finding of a row that cannot be read, and nothing of its result; other errors stay errors.
    pub fn damage<T>(
        &mut self,
        table: &Table,
        result: Result<T, DatabaseError>,
    ) -> Result<Option<T>, DatabaseError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error @ (DatabaseError::Damaged(_) | DatabaseError::Column { .. })) => {
                let text = format!("`{}` cannot be read: {}", table.name, words(&error));
                self.find(table, text, Advice::Fact);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    pub const fn total(&self) -> u64 {
        self.total
    }
}

/// The error without the advice to run this examination.
pub fn words(error: &DatabaseError) -> String {
    match error {
        DatabaseError::Damaged(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Names one member, a user or a device, in which two sets differ.
pub fn differing(what: &str, left: &Bits, right: &Bits) -> String {
    let first = left
        .difference(right)
        .first()
        .or_else(|| right.difference(left).first());
    first.map_or_else(String::new, |ordinal| {
        format!(" (among others, the {what} with ordinal {ordinal})")
    })
}

/// The key of a row: `user_ordinal 12, product 3`.
pub fn key_words<'c>(table: &Table, cell: impl Fn(usize) -> ValueRef<'c>) -> String {
    let keys = table.columns.iter().take(table.key).enumerate();
    // The tenant is named already.
    let words: Vec<String> = keys
        .filter(|(_, column)| column.name != "tenant_key")
        .map(|(place, column)| format!("{} {}", column.name, plain(cell(place))))
        .collect();
    if words.is_empty() {
        return "of the tenant".to_owned();
    }
    words.join(", ")
}

/// A value as it may be shown: what a person typed about a user is not, nor what tells of one.
pub fn shown(table: &Table, column: usize, value: ValueRef<'_>) -> String {
    let column = table.columns.get(column);
    let is_personal = column.is_some_and(|column| match table.name {
        "directory_user" => column.kind == Kind::Text && column.name != "usage_location",
        "device" => ["device_name", "serial_number", "imei"].contains(&column.name),
        _ => false,
    });
    if is_personal && value != ValueRef::Null {
        "a text that is not shown".to_owned()
    } else {
        plain(value)
    }
}

fn plain(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "nothing".to_owned(),
        ValueRef::Int(value) => value.to_string(),
        ValueRef::Text(text) => match text.char_indices().nth(SHOWN_CHARACTERS) {
            Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
            None => format!("`{text}`"),
        },
        ValueRef::Bytes(bytes) => {
            Uuid::from_slice(bytes).map_or_else(|_| hexadecimal(bytes), |id| id.to_string())
        }
    }
}

/// The first bytes in hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write;
    let mut text = String::new();
    for byte in bytes.iter().take(8) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    if bytes.len() > 8 {
        text.push('…');
    }
    if text.is_empty() {
        text.push_str("no bytes");
    }
    text
}
