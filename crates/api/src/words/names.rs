//! What things are called.

use uuid::Uuid;
use zetel_domain::{
    Timestamp,
    explain::{Path, Side},
    group::GroupOrdinal,
    product::ProductOrdinal,
    user::UserOrdinal,
};

use super::{
    Speaker,
    message::{Argument, message},
};

impl Speaker<'_> {
    /// A message with its arguments.
    pub(super) fn say(self, key: &str, arguments: &[Argument<'_>]) -> String {
        message(self.language, key, arguments)
    }

    /// A name with more words that tell it from others of the same name.
    pub(super) fn named(self, name: &str, more: &str) -> String {
        if name.is_empty() {
            return self.say("nameless", &[]);
        }
        if more.is_empty() || name.eq_ignore_ascii_case(more) {
            return name.to_owned();
        }
        self.say("named", &[("name", name.into()), ("more", more.into())])
    }

    pub(super) fn user(self, user: UserOrdinal) -> String {
        let view = self.tenant.users().view(user);
        match view.filter(|view| !view.head.purged) {
            Some(view) if view.display_name().is_empty() => view.principal_name().to_owned(),
            Some(view) => self.named(view.display_name(), view.principal_name()),
            None => self.say("purged-user", &[]),
        }
    }

    pub(super) fn product(self, product: ProductOrdinal) -> String {
        match self.tenant.product(product) {
            Some(product) => self.named(&product.name, &product.part_number),
            None => self.say("nameless", &[]),
        }
    }

    /// A product by its id, whether the organization ever owned it or not.
    pub(super) fn product_of_id(self, sku_id: Uuid) -> String {
        if let Some(product) = self.tenant.find_product(sku_id) {
            return self.product(product);
        }
        match self.tenant.catalog().products.get(&sku_id) {
            Some(product) => self.named(&product.name, &product.part_number),
            None => sku_id.to_string(), // nobody knows another name
        }
    }

    pub(super) fn plan(self, plan: Uuid) -> String {
        let catalog = self.tenant.catalog();
        let owned = || {
            self.tenant
                .products()
                .flat_map(|(_, product)| &product.plans)
                .map(|owned| &owned.plan)
                .find(|known| known.id == plan)
        };
        match catalog.plans.get(&plan).or_else(owned) {
            Some(known) if known.display_name.is_empty() => self.named(&known.name, ""),
            Some(known) => known.display_name.clone(),
            None => plan.to_string(), // nobody knows another name
        }
    }

    pub(super) fn group(self, group: GroupOrdinal) -> String {
        let group = self.tenant.groups().get(group);
        let name = group.map_or("", |group| group.definition.display_name.as_str());
        self.named(name, "")
    }

    pub(super) fn plans<'p>(self, plans: impl IntoIterator<Item = &'p Uuid>) -> String {
        self.list("list-and", plans.into_iter().map(|plan| self.plan(*plan)))
    }

    pub(super) fn any_of(self, plans: &[Uuid]) -> String {
        self.list("list-or", plans.iter().map(|plan| self.plan(*plan)))
    }

    pub(super) fn products(self, products: &[ProductOrdinal]) -> String {
        self.list(
            "list-and",
            products.iter().map(|product| self.product(*product)),
        )
    }

    /// Names one after the other, with a word before the last.
    pub(super) fn list(self, key: &str, names: impl Iterator<Item = String>) -> String {
        let mut names: Vec<String> = names.collect();
        let Some(last) = names.pop() else {
            return self.say("nameless", &[]);
        };
        if names.is_empty() {
            return last;
        }
        let first = names.join(", ");
        self.say(key, &[("first", first.into()), ("last", last.into())])
    }

    /// Where a product comes from.
    pub(super) fn side(self, side: &Side) -> String {
        let product = ("product", self.product(side.product).into());
        match side.group {
            Some(group) => self.say(
                "product-of-group",
                &[product, ("group", self.group(group).into())],
            ),
            None => self.say("product-direct", &[product]),
        }
    }

    /// The way through groups, such as `Team > Staff`.
    pub(super) fn path(self, path: &Path) -> String {
        let names: Vec<String> = path.groups.iter().map(|group| self.group(*group)).collect();
        names.join(" > ")
    }

    /// A day, such as `21 November 2026`, in UTC.
    pub(super) fn date(self, at: Timestamp) -> String {
        let date = moment(at).date();
        let number = |number: i8| f64::from(number).into();
        let arguments = [
            ("day", number(date.day())),
            ("month", number(date.month())),
            ("year", date.year().to_string().into()),
        ];
        self.say("date", &arguments)
    }
}

/// A point in time in UTC; one out of reach, which does not occur, shows as the beginning of 1970.
fn moment(at: Timestamp) -> jiff::civil::DateTime {
    let time = jiff::Timestamp::from_second(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::tz::TimeZone::UTC.to_datetime(time)
}
