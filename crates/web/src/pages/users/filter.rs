//! Which users are asked for. All of it is in the address, so that a view is a link.

use serde::Deserialize;
use uuid::Uuid;
use zetel_domain::{
    Tenant, Timestamp,
    device::ComplianceState,
    state::{Bits, SetExpression},
    user::{UserOrdinal, UserProperty},
};

/// Names that are searched for a word.
const NAMES: [UserProperty; 4] = [
    UserProperty::DisplayName,
    UserProperty::GivenName,
    UserProperty::Surname,
    UserProperty::UserPrincipalName,
];
/// Words of a search that count.
const WORDS: usize = 8;

/// The query of a list of users.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct UserQuery {
    /// Words that names begin with.
    #[serde(default)]
    pub q: String,
    /// Only those who are `unlicensed`, `failed`, `unlocated` or `noncompliant`.
    #[serde(default)]
    pub only: String,
    /// Holders of this product.
    #[serde(default)]
    pub product: String,
    /// Members of this group.
    #[serde(default)]
    pub group: String,
    /// People of this department.
    #[serde(default)]
    pub department: String,
    /// The last user of the page before.
    #[serde(default)]
    pub after: String,
}

/// What can be asked by one press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Only {
    Unlicensed,
    Failed,
    Unlocated,
    Noncompliant,
}

impl Only {
    pub const ALL: [Self; 4] = [
        Self::Unlicensed,
        Self::Noncompliant,
        Self::Unlocated,
        Self::Failed,
    ];

    /// The word in the address, and in messages behind `only-`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unlicensed => "unlicensed",
            Self::Failed => "failed",
            Self::Unlocated => "unlocated",
            Self::Noncompliant => "noncompliant",
        }
    }
}

/// The users of a query.
pub(crate) struct UserFilter {
    /// They.
    pub users: Bits,
    /// Whether the query leaves anybody out.
    pub is_narrowed: bool,
}

impl UserFilter {
    /// Finds the users of a query.
    pub fn of(tenant: &Tenant, query: &UserQuery, now: Timestamp) -> Self {
        let live = SetExpression::Set(tenant.users().live().clone());
        let words = query.q.split_whitespace().take(WORDS);
        let words = words.map(|word| named(tenant, word));
        // What cannot be read is nobody's: a list that shows more than was asked for would be acted upon.
        let asked = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let only = asked(&query.only).map(|word| {
            let known = Only::ALL.into_iter().find(|only| only.word() == word);
            known.map_or_else(|| Bits::new().into(), |only| users_of(tenant, only, now))
        });
        let product = asked(&query.product).map(|id| {
            let product = Uuid::try_parse(&id).ok();
            let product = product.and_then(|sku_id| tenant.find_product(sku_id));
            product
                .and_then(|product| tenant.holders(product))
                .cloned()
                .unwrap_or_default()
        });
        let group = asked(&query.group).map(|id| {
            let group = Uuid::try_parse(&id).ok();
            let group = group.and_then(|id| tenant.find_group(id));
            group
                .map(|(_, group)| group.members.clone())
                .unwrap_or_default()
        });
        let department = Some(&query.department).filter(|department| !department.is_empty());
        let department = department.map(|department| {
            let users = tenant.users();
            users
                .with_text(UserProperty::Department, department)
                .unwrap_or_else(|| {
                    let there = users.iter().filter(|user| {
                        user.record
                            .text(UserProperty::Department)
                            .eq_ignore_ascii_case(department)
                    });
                    there.map(|user| user.ordinal.0).collect()
                })
        });
        let sets = product.into_iter().chain(group).chain(department);
        let mut conditions = words
            .chain(only)
            .chain(sets.map(SetExpression::Set))
            .peekable();
        let is_narrowed = conditions.peek().is_some();
        Self {
            users: conditions.fold(live, SetExpression::and).evaluate(),
            is_narrowed,
        }
    }
}

impl UserQuery {
    /// Reads the query of an address; what is none of it is left out.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let place = match &*name {
                "q" => &mut query.q,
                "only" => &mut query.only,
                "product" => &mut query.product,
                "group" => &mut query.group,
                "department" => &mut query.department,
                _ => continue,
            };
            *place = value.into_owned();
        }
        query
    }

    /// The query as it stands in an address, from its first page on.
    pub fn text(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if !self.q.is_empty() {
            text.append_pair("q", &self.q);
        }
        text.extend_pairs(self.kept());
        text.finish()
    }

    /// What it asks besides words.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        [
            ("only", &self.only),
            ("product", &self.product),
            ("group", &self.group),
            ("department", &self.department),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name, value.clone()))
        .collect()
    }
}

/// Users with a name that begins so.
fn named(tenant: &Tenant, word: &str) -> SetExpression {
    let users = tenant.users();
    let found = NAMES
        .into_iter()
        .filter_map(|name| users.with_prefix(name, word));
    let found = found.map(SetExpression::Set).reduce(SetExpression::or);
    found.unwrap_or_else(|| Bits::new().into())
}

fn users_of(tenant: &Tenant, only: Only, now: Timestamp) -> SetExpression {
    let users = tenant.users();
    match only {
        Only::Unlicensed => {
            let live = SetExpression::Set(users.live().clone());
            live.without(tenant.licensed().clone().into())
        }
        Only::Unlocated => users.with_location(None).into(),
        Only::Failed => {
            let failed = tenant.groups().iter().map(|(_, group)| group.failed());
            failed.fold(tenant.kept().clone().into(), |all, failed| {
                all.or(failed.into())
            })
        }
        Only::Noncompliant => {
            let devices = tenant.devices().iter().filter(|device| {
                device.is_live()
                    && tenant.compliance(device, now).state == ComplianceState::NonCompliant
            });
            let owners = devices.filter_map(|device| device.user());
            SetExpression::Set(owners.map(|UserOrdinal(user)| user).collect())
        }
    }
}
