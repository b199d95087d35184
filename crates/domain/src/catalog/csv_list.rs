//! Microsoft's list as products and plans: refuses rows, repairs cells, settles on one name for each id.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::csv_text::{COLUMNS, Row, tidy};
use super::report::{ImportNote, ImportReport};

/// What the rows of a file say, after repair.
#[derive(Default)]
pub(super) struct List {
    pub plans: BTreeMap<Uuid, ListedPlan>,
    pub products: BTreeMap<Uuid, ListedProduct>,
    pub doubt: Doubt,
    /// White space that was noted already, by column and cell.
    untidy: BTreeSet<(&'static str, String)>,
}

/// A service plan of the list.
pub(super) struct ListedPlan {
    /// First line that names it.
    pub line: u64,
    pub names: Votes,
    pub display_names: Votes,
}

/// A product of the list.
pub(super) struct ListedProduct {
    /// First line that names it.
    pub line: u64,
    pub part_number: String,
    pub name: String,
    /// The plans in the order of the file.
    pub plans: Vec<Uuid>,
    /// The line of each plan.
    plan_lines: BTreeMap<Uuid, u64>,
    /// Part numbers and names that did not win.
    lost: BTreeSet<String>,
}

/// How often each spelling of a name occurs.
#[derive(Default)]
pub(super) struct Votes(Vec<(String, usize)>);

/// For which products a refused row may have named a plan.
#[derive(Default)]
pub(super) struct Doubt {
    ids: BTreeSet<Uuid>,
    part_numbers: BTreeSet<String>,
    /// A refused row named neither.
    all: bool,
}

/// The cells of a good row.
struct Entry {
    line: u64,
    product_name: String,
    part_number: String,
    product: Uuid,
    plan_name: String,
    plan: Uuid,
    display_name: String,
}

impl Votes {
    fn count(&mut self, name: String) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, votes)) => *votes += 1,
            None => self.0.push((name, 1)),
        }
    }

    /// The spelling that occurs most often; of equals the first.
    pub(super) fn winner(&self) -> &str {
        let most = self.0.iter().map(|(_, votes)| *votes).max();
        self.0
            .iter()
            .find(|(_, votes)| Some(*votes) == most)
            .map_or("", |(name, _)| name)
    }

    /// The others, for people; `None` if there are none.
    fn losers(&self) -> Option<String> {
        let winner = self.winner();
        let others: Vec<String> = self
            .0
            .iter()
            .filter(|(name, _)| name != winner)
            .map(|(name, votes)| {
                format!(
                    "`{name}` in {votes} {}",
                    if *votes == 1 { "row" } else { "rows" }
                )
            })
            .collect();
        (!others.is_empty()).then(|| others.join(", "))
    }
}

impl Doubt {
    fn add(&mut self, part_number: Option<String>, product: Option<Uuid>) {
        self.all |= part_number.is_none() && product.is_none();
        self.ids.extend(product);
        self.part_numbers.extend(part_number);
    }

    /// Whether a plan of this product may be missing in the list only because its row could not be read.
    pub(super) fn concerns(&self, id: Uuid, part_number: &str) -> bool {
        self.all || self.ids.contains(&id) || self.part_numbers.contains(part_number)
    }
}

/// Why a row cannot be used. Only the friendly name may be empty.
fn fault(cells: &[Option<String>; 6], surplus: usize) -> Option<String> {
    if surplus > 0 || cells.iter().any(Option::is_none) {
        return Some("the row does not have as many cells as the header".to_owned());
    }
    cells
        .iter()
        .flatten()
        .zip(COLUMNS)
        .find_map(|(cell, column)| match column {
            "GUID" | "Service_Plan_Id" if Uuid::try_parse(cell).is_err() => {
                Some(format!("{column} `{cell}` is not a GUID"))
            }
            "Product_Display_Name" | "String_Id" | "Service_Plan_Name" if cell.is_empty() => {
                Some(format!("{column} is empty"))
            }
            _ => None,
        })
}

impl List {
    pub(super) fn of(rows: Vec<Row>, report: &mut ImportReport) -> List {
        let mut list = List::default();
        for row in rows {
            if let Some(entry) = list.entry(&row, report) {
                list.add(entry, report);
            }
        }
        list.settle_names(report);
        list.notice_shared_names(report);
        list
    }

    /// The row with its cells tidied, or `None` if it was refused.
    fn entry(&mut self, row: &Row, report: &mut ImportReport) -> Option<Entry> {
        let mut cells = row.cells.clone();
        for (cell, column) in cells.iter_mut().zip(COLUMNS) {
            if let Some(cell) = cell {
                self.tidy_cell(row.line, column, cell, report);
            }
        }
        let fault = fault(&cells, row.surplus);
        let [
            product_name,
            part_number,
            product,
            plan_name,
            plan,
            display_name,
        ] = cells;
        let product = product.and_then(|cell| Uuid::try_parse(&cell).ok());
        if let Some(fault) = fault {
            self.doubt
                .add(part_number.filter(|cell| !cell.is_empty()), product);
            report.refused.push(ImportNote {
                line: row.line,
                text: fault,
            });
            return None;
        }
        let plan_name = plan_name?;
        Some(Entry {
            line: row.line,
            product: product?,
            plan: Uuid::try_parse(&plan?).ok()?,
            product_name: product_name?,
            part_number: part_number?,
            display_name: display_name
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| plan_name.clone()),
            plan_name,
        })
    }

    fn tidy_cell(
        &mut self,
        line: u64,
        column: &'static str,
        cell: &mut String,
        report: &mut ImportReport,
    ) {
        let tidied = tidy(cell);
        if *cell != tidied && self.untidy.insert((column, cell.clone())) {
            let text = format!(
                "{column} `{tidied}` had blanks, tabs or no-break spaces that do not belong there"
            );
            report.repaired.push(ImportNote { line, text });
        }
        *cell = tidied;
    }

    fn add(&mut self, entry: Entry, report: &mut ImportReport) {
        let Entry { line, .. } = entry;
        let plan = self.plans.entry(entry.plan).or_insert_with(|| ListedPlan {
            line,
            names: Votes::default(),
            display_names: Votes::default(),
        });
        plan.names.count(entry.plan_name.clone());
        plan.display_names.count(entry.display_name);
        let product = self
            .products
            .entry(entry.product)
            .or_insert_with(|| ListedProduct {
                line,
                part_number: entry.part_number.clone(),
                name: entry.product_name.clone(),
                plans: Vec::new(),
                plan_lines: BTreeMap::new(),
                lost: BTreeSet::new(),
            });
        for (kept, other) in [
            (&product.part_number, entry.part_number),
            (&product.name, entry.product_name),
        ] {
            if *kept != other && product.lost.insert(other.clone()) {
                let text = format!(
                    "product {} is called `{kept}` and `{other}`; the first is kept",
                    entry.product
                );
                report.repaired.push(ImportNote { line, text });
            }
        }
        if let Some(first) = product.plan_lines.get(&entry.plan) {
            let (part_number, plan) = (&product.part_number, &entry.plan_name);
            let text =
                format!("the row repeats line {first} (product `{part_number}`, plan `{plan}`)");
            report.repaired.push(ImportNote { line, text });
        } else {
            product.plan_lines.insert(entry.plan, line);
            product.plans.push(entry.plan);
        }
    }

    fn settle_names(&self, report: &mut ImportReport) {
        for (id, plan) in &self.plans {
            for (what, votes) in [
                ("plan", &plan.names),
                ("friendly name of plan", &plan.display_names),
            ] {
                if let Some(others) = votes.losers() {
                    let text = format!("{what} {id}: `{}` is kept, not {others}", votes.winner());
                    report.repaired.push(ImportNote {
                        line: plan.line,
                        text,
                    });
                }
            }
        }
    }

    fn notice_shared_names(&self, report: &mut ImportReport) {
        let mut part_numbers: BTreeMap<&str, Vec<(u64, Uuid)>> = BTreeMap::new();
        for (id, product) in &self.products {
            part_numbers
                .entry(&product.part_number)
                .or_default()
                .push((product.line, *id));
        }
        let mut plan_names: BTreeMap<&str, Vec<(u64, Uuid)>> = BTreeMap::new();
        for (id, plan) in &self.plans {
            plan_names
                .entry(plan.names.winner())
                .or_default()
                .push((plan.line, *id));
        }
        for (what, names) in [
            ("products have the part number", part_numbers),
            ("service plans are called", plan_names),
        ] {
            for (name, ids) in names.into_iter().filter(|(_, ids)| ids.len() > 1) {
                let line = ids.iter().map(|(line, _)| *line).min().unwrap_or_default();
                let listed = ids
                    .iter()
                    .map(|(_, id)| id.to_string())
                    .collect::<Vec<_>>()
                    .join(", ");
                let text = format!(
                    "{} {what} `{name}`: {listed}; use the ids to tell them apart",
                    ids.len()
                );
                report.noticed.push(ImportNote { line, text });
            }
        }
    }
}
