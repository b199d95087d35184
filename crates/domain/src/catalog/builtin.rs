//! The catalog that comes with the program: the folder `catalog/` of the repository.

use std::sync::{Arc, OnceLock};

use super::error::CatalogError;
use super::model::Catalog;

/// Name and content of a file of `catalog/`.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../catalog/", $name)))),*]
    };
}

const FILES: [(&str, &str); 16] = files![
    "plans.toml",
    "rules.toml",
    "products/business.toml",
    "products/defender.toml",
    "products/education.toml",
    "products/enterprise-mobility.toml",
    "products/entra.toml",
    "products/exchange.toml",
    "products/intune.toml",
    "products/microsoft-365.toml",
    "products/office-365.toml",
    "products/power-bi.toml",
    "products/sharepoint.toml",
    "products/teams.toml",
    "products/visio-project.toml",
    "products/windows.toml",
];

impl Catalog {
    /// The built-in catalog, parsed at the first call and shared from then on.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "the text is part of the program, and a test parses it"
    )]
    pub fn builtin() -> Arc<Catalog> {
        static BUILTIN: OnceLock<Arc<Catalog>> = OnceLock::new();
        let parse = || Arc::new(Self::parse_builtin().expect("the built-in catalog parses"));
        Arc::clone(BUILTIN.get_or_init(parse))
    }

    /// Parses the built-in catalog anew.
    pub(super) fn parse_builtin() -> Result<Catalog, CatalogError> {
        Catalog::parse(&FILES)
    }
}
