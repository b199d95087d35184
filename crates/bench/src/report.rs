//! The table: every figure beside its limit and its goal.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use crate::{error::BenchError, stats::Samples};

const BEGIN: &str = "<!-- table begin -->";
const END: &str = "<!-- table end -->";

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Something per second.
    PerSecond,
    /// Bytes per second.
    BytesPerSecond,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
}

/// What a figure shall reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// It is told for information.
    None,
    /// Its ratio to the limit, at every size.
    RatioAtLeast(f64),
    /// Its ratio to the limit, at every size.
    RatioAtMost(f64),
    /// Itself, at the greatest size.
    AtLeast(f64),
    /// Itself, at the greatest size.
    AtMost(f64),
    /// Its ratio to the limit, at the greatest size.
    LastRatioAtMost(f64),
    /// Itself, at most so much at a certain size.
    At(u32, f64),
}

/// A figure of one size, with its limit measured in the same rounds.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// Ours.
    pub ours: Samples,
    /// The limit's.
    pub limit: Option<Samples>,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// What it counts.
    pub unit: Unit,
    /// The limit, by name.
    pub limit: &'static str,
    /// What it counts.
    pub limit_unit: Unit,
    /// What is to be reached.
    pub goal: Goal,
    /// By number of users; 0 where users do not matter.
    pub cells: BTreeMap<u32, Cell>,
}

impl Figure {
    /// A figure without samples, whose limit counts the same.
    pub fn new(name: impl Into<String>, unit: Unit, limit: &'static str, goal: Goal) -> Self {
        Self {
            name: name.into(),
            unit,
            limit,
            limit_unit: unit,
            goal,
            cells: BTreeMap::new(),
        }
    }

    /// Adds the figure of a round.
    pub fn push(&mut self, users: u32, ours: f64, limit: Option<f64>) {
        let cell = self.cells.entry(users).or_default();
        cell.ours.push(ours);
        if let Some(limit) = limit {
            cell.limit.get_or_insert_default().push(limit);
        }
    }

    /// Adds all rounds of a size.
    pub fn set(&mut self, users: u32, ours: Samples, limit: Option<Samples>) {
        self.cells.insert(users, Cell { ours, limit });
    }

    /// Forgets the first round of a size.
    pub fn drop_first(&mut self, users: u32) {
        if let Some(cell) = self.cells.get_mut(&users) {
            cell.ours.drop_first();
            if let Some(limit) = &mut cell.limit {
                limit.drop_first();
            }
        }
    }

    /// The cell of the greatest size.
    fn last(&self) -> Option<&Cell> {
        self.cells.last_key_value().map(|(_, cell)| cell)
    }

    fn ratios(&self) -> Vec<f64> {
        let ratio = |cell: &Cell| Some(cell.ours.over(cell.limit.as_ref()?).median());
        self.cells.values().filter_map(ratio).collect()
    }

    /// Whether the goal is reached; nothing without a goal.
    pub fn is_met(&self) -> Option<bool> {
        let ratios = self.ratios();
        let last = self.last().map_or(f64::NAN, |cell| cell.ours.median());
        match self.goal {
            Goal::None => None,
            Goal::RatioAtLeast(goal) => {
                Some(!ratios.is_empty() && ratios.iter().all(|ratio| *ratio >= goal))
            }
            Goal::RatioAtMost(goal) => {
                Some(!ratios.is_empty() && ratios.iter().all(|ratio| *ratio <= goal))
            }
            Goal::AtLeast(goal) => Some(last >= goal),
            Goal::AtMost(goal) => Some(last <= goal),
            Goal::LastRatioAtMost(goal) => Some(ratios.last().is_some_and(|ratio| *ratio <= goal)),
            Goal::At(size, goal) => {
                let cell = self.cells.get(&size)?;
                Some(cell.ours.median() <= goal)
            }
        }
    }

    fn row(&self, sizes: &[u32]) -> String {
        let mut row = format!("| {} |", self.name);
        for size in sizes {
            let cell = self
                .cells
                .get(size)
                .map(|cell| spread(self.unit, &cell.ours));
            let _ = write!(row, " {} |", cell.unwrap_or_default());
        }
        if let Some(cell) = self.cells.get(&0) {
            // Users do not matter: the figure stands in the first column of sizes.
            row = format!(
                "| {} | {} |{}",
                self.name,
                spread(self.unit, &cell.ours),
                " |".repeat(sizes.len().saturating_sub(1))
            );
        }
        let limit = self
            .last()
            .and_then(|cell| cell.limit.as_ref())
            .map(|limit| format!("{}: {}", self.limit, spread(self.limit_unit, limit)));
        let ratios: Vec<String> = self
            .ratios()
            .iter()
            .map(|ratio| significant(*ratio))
            .collect();
        let goal = match self.goal {
            Goal::None => String::new(),
            Goal::RatioAtLeast(goal) => format!("ratio ≥ {goal}"),
            Goal::RatioAtMost(goal) => format!("ratio ≤ {goal}"),
            Goal::AtLeast(goal) => format!("≥ {}", show(self.unit, goal)),
            Goal::AtMost(goal) => format!("≤ {}", show(self.unit, goal)),
            Goal::LastRatioAtMost(goal) => format!("last ratio ≤ {goal}"),
            Goal::At(size, goal) => {
                format!("≤ {} at {}", show(self.unit, goal), grouped(size))
            }
        };
        let met = match self.is_met() {
            None => "",
            Some(true) => "yes",
            Some(false) => "**no**",
        };
        let _ = write!(
            row,
            " {} | {} | {goal} | {met} |",
            limit.unwrap_or_default(),
            ratios.join(" / ")
        );
        row
    }
}

/// All figures of a run and what is to be said about it.
#[derive(Debug, Default)]
pub struct Report {
    /// The rows, in order.
    pub figures: Vec<Figure>,
    /// Lines below the table.
    pub notes: Vec<String>,
    /// Measurements that did not come about.
    pub failures: Vec<String>,
}

impl Report {
    /// The table and what belongs to it, in Markdown.
    pub fn to_markdown(&self) -> String {
        let mut sizes: Vec<u32> = self
            .figures
            .iter()
            .flat_map(|figure| figure.cells.keys().copied())
            .filter(|size| *size != 0)
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        let mut text = String::from("| figure |");
        for size in &sizes {
            let _ = write!(text, " at {} users |", grouped(*size));
        }
        text.push_str(" limit, same run | ratio | goal | met |\n|");
        text.push_str(&" --- |".repeat(sizes.len() + 5));
        text.push('\n');
        for figure in &self.figures {
            text.push_str(&figure.row(&sizes));
            text.push('\n');
        }
        for (place, note) in self.notes.iter().enumerate() {
            let _ = writeln!(text, "{}{note}", if place == 0 { "\n" } else { "" });
        }
        for failure in &self.failures {
            let _ = writeln!(text, "\n**Not measured:** {failure}");
        }
        text
    }
}

/// Puts a table between the markers of a document.
pub fn write_into(document: &Path, table: &str) -> Result<(), BenchError> {
    let text = fs::read_to_string(document)?;
    let replaced = replace(&text, table).ok_or_else(|| {
        BenchError::failed(
            "writing the table",
            format!("`{}` has no markers {BEGIN} and {END}", document.display()),
        )
    })?;
    Ok(fs::write(document, replaced)?)
}

fn replace(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

/// Median and range.
fn spread(unit: Unit, samples: &Samples) -> String {
    let median = show(unit, samples.median());
    if (samples.max() - samples.min()).abs() < f64::EPSILON {
        return median;
    }
    format!(
        "{median} ({}–{})",
        bare(unit, samples.min()),
        bare(unit, samples.max())
    )
}

/// Powers of a thousand, of the greatest first.
const STEPS: [(f64, &str); 4] = [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")];
const PARTS: [(f64, &str); 4] = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];

/// A figure with its unit, in three digits.
fn show(unit: Unit, value: f64) -> String {
    let (number, step) = scaled(unit, value);
    match unit {
        Unit::PerSecond => format!("{number}{}/s", spaced(step)),
        Unit::BytesPerSecond => format!("{number} {step}B/s"),
        Unit::Bytes => format!("{number} {step}B"),
        Unit::Seconds => format!("{number} {step}"),
    }
}

fn bare(unit: Unit, value: f64) -> String {
    let (number, step) = scaled(unit, value);
    format!("{number}{}", spaced(step))
}

fn spaced(step: &str) -> String {
    if step.is_empty() {
        String::new()
    } else {
        format!(" {step}")
    }
}

fn scaled(unit: Unit, value: f64) -> (String, &'static str) {
    let steps: &[(f64, &'static str)] = if unit == Unit::Seconds {
        &PARTS
    } else {
        &STEPS
    };
    let fitting = steps
        .iter()
        .find(|(size, _)| value.abs() >= *size)
        .or(steps.last());
    let (size, name) = fitting.copied().unwrap_or((1.0, ""));
    (significant(value / size), name)
}

/// Three significant digits, without an exponent.
fn significant(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(goal: Goal) -> Figure {
        let mut figure = Figure::new("f", Unit::PerSecond, "hello", goal);
        for (ours, limit) in [
            (50_000.0, 100_000.0),
            (40_000.0, 100_000.0),
            (60_000.0, 100_000.0),
        ] {
            figure.push(1_000, ours, Some(limit));
            figure.push(1_000_000, ours * 0.5, Some(limit));
        }
        figure
    }

    #[test]
    fn a_ratio_must_hold_at_every_size() {
        assert_eq!(figure(Goal::RatioAtLeast(0.25)).is_met(), Some(true));
        assert_eq!(figure(Goal::RatioAtLeast(0.4)).is_met(), Some(false));
        assert_eq!(figure(Goal::RatioAtMost(0.5)).is_met(), Some(true));
        assert_eq!(figure(Goal::AtLeast(25_000.0)).is_met(), Some(true));
        assert_eq!(figure(Goal::AtMost(24_000.0)).is_met(), Some(false));
        assert_eq!(
            Figure::new("f", Unit::Bytes, "", Goal::AtMost(1.0)).is_met(),
            Some(false)
        );
    }

    #[test]
    fn a_row_tells_median_range_limit_and_ratio() {
        assert_eq!(
            figure(Goal::RatioAtLeast(0.4)).row(&[1_000, 1_000_000]),
            "| f | 50.0 k/s (40.0 k–60.0 k) | 25.0 k/s (20.0 k–30.0 k) | hello: 100 k/s | 0.50 / 0.25 | ratio ≥ 0.4 | **no** |"
        );
    }

    #[test]
    fn figures_are_short() {
        assert_eq!(show(Unit::Seconds, 0.000_041_23), "41.2 µs");
        assert_eq!(show(Unit::Seconds, 1.5), "1.50 s");
        assert_eq!(show(Unit::Seconds, 41.23e-9), "41.2 ns");
        assert_eq!(show(Unit::Bytes, 283.0), "283 B");
        assert_eq!(show(Unit::BytesPerSecond, 11.1e9), "11.1 GB/s");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn the_table_goes_between_the_markers() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        assert_eq!(
            replace(&document, "new").unwrap(),
            format!("before\n{BEGIN}\n\nnew\n{END}\nafter\n")
        );
        assert!(replace("nothing", "new").is_none());
    }
}
