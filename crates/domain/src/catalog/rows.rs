//! The shape of a catalog file as TOML. `docs/reference/catalog-format.md` describes it for people.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::model::{AppliesTo, LicenseBase};

/// One catalog file. Every part is optional; names and ids keep their place for error messages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRows {
    #[serde(default)]
    pub plan: BTreeMap<Spanned<String>, PlanRow>,
    #[serde(default)]
    pub product: BTreeMap<Spanned<String>, ProductRow>,
    #[serde(default)]
    pub exclusion: Vec<ExclusionRow>,
    #[serde(default)]
    pub dependency: Vec<DependencyRow>,
    #[serde(default)]
    pub prohibited_location: Vec<Spanned<ProhibitionRow>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanRow {
    pub name: String,
    pub display_name: Option<String>,
    #[serde(default)]
    pub service: String,
    #[serde(default)]
    pub applies_to: AppliesToRow,
    #[serde(default)]
    pub device_management: bool,
    #[serde(default)]
    pub pending_activation: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductRow {
    pub part_number: String,
    pub name: String,
    #[serde(default)]
    pub base: BaseRow,
    #[serde(default)]
    pub applies_to: AppliesToRow,
    pub plans: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExclusionRow {
    pub name: String,
    pub plans: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DependencyRow {
    pub plan: Spanned<String>,
    pub requires_any: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProhibitionRow {
    pub plan: Option<Spanned<String>>,
    pub product: Option<Spanned<String>>,
    pub locations: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AppliesToRow {
    #[default]
    User,
    Company,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum BaseRow {
    #[default]
    User,
    Device,
}

impl From<AppliesToRow> for AppliesTo {
    fn from(row: AppliesToRow) -> AppliesTo {
        match row {
            AppliesToRow::User => AppliesTo::User,
            AppliesToRow::Company => AppliesTo::Company,
        }
    }
}

impl From<BaseRow> for LicenseBase {
    fn from(row: BaseRow) -> LicenseBase {
        match row {
            BaseRow::User => LicenseBase::User,
            BaseRow::Device => LicenseBase::Device,
        }
    }
}
