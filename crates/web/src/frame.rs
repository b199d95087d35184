//! What stands around every page: navigation, language, theme, and who is signed in.

use zetel_api::words::Language;
use zetel_domain::access::Caller;

use crate::{
    ROOT, assets,
    visit::{Manner, Theme, Visit},
    words::Words,
};

/// The parts of the admin center, in the order of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Home,
    Users,
    Groups,
    Licenses,
    Subscriptions,
    Devices,
    Restore,
    Audit,
    Settings,
}

impl Section {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Home,
        Self::Users,
        Self::Groups,
        Self::Licenses,
        Self::Subscriptions,
        Self::Devices,
        Self::Restore,
        Self::Audit,
        Self::Settings,
    ];

    /// The path, which is also the key of the name behind `nav-`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Licenses => "licenses",
            Self::Subscriptions => "subscriptions",
            Self::Devices => "devices",
            Self::Restore => "restore",
            Self::Audit => "audit",
            Self::Settings => "settings",
        }
    }

    /// The address.
    pub fn address(self) -> String {
        match self {
            Self::Home => ROOT.to_owned(),
            _ => format!("{ROOT}/{}", self.word()),
        }
    }
}

/// What stands around a page.
pub(crate) struct Frame {
    /// The words of the page.
    pub t: Words,
    /// Its colors.
    pub theme: Theme,
    /// Whether only its content is wanted.
    pub is_fragment: bool,
    /// The name of the page, as it stands in its title.
    pub title: String,
    /// Where in the navigation it is.
    pub section: Option<Section>,
    /// Who is signed in, by name.
    pub visitor: Option<String>,
    /// Path and query of the page.
    pub address: String,
}

impl Frame {
    /// The frame of a page for somebody who is signed in.
    pub fn new(visit: &Visit, section: Section, title: impl Into<String>) -> Self {
        let name = match visit.principal.caller {
            Caller::User { id, .. } => visit.name_of(id),
            _ => None,
        };
        Self {
            section: Some(section),
            visitor: Some(name.unwrap_or_default()),
            ..Self::bare(&visit.manner, title)
        }
    }

    /// The frame of a page for anybody.
    pub fn bare(manner: &Manner, title: impl Into<String>) -> Self {
        Self {
            t: manner.words,
            theme: manner.theme,
            is_fragment: manner.is_fragment,
            title: title.into(),
            section: None,
            visitor: None,
            address: manner.address.clone(),
        }
    }

    /// The sections of the navigation, and whether the page is in each.
    pub fn sections(&self) -> impl Iterator<Item = (Section, bool)> {
        let here = self.section;
        Section::ALL
            .into_iter()
            .map(move |section| (section, here == Some(section)))
    }

    /// The languages, and whether each is that of the page.
    pub fn languages(&self) -> impl Iterator<Item = (Language, bool)> {
        let own = self.t.language();
        Language::ALL
            .into_iter()
            .map(move |language| (language, language == own))
    }

    /// The themes, and whether each is that of the page.
    pub fn themes(&self) -> impl Iterator<Item = (Theme, bool)> {
        let own = self.theme;
        Theme::ALL
            .into_iter()
            .map(move |theme| (theme, theme == own))
    }

    /// The address of an asset.
    #[expect(clippy::unused_self, reason = "templates ask the frame")]
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}
