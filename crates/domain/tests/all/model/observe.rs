//! What can be observed of the model.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    assignment::{LicenseState, Violation},
    subscription::{SeatTotals, Status},
};

use super::{From, Group, License, Model, Source, Subscription, Verdict};
use crate::picture::{
    GroupPicture, LicensePicture, Picture, ProductPicture, SourcePicture, SubscriptionPicture,
    UserPicture,
};

impl Model {
    pub fn picture(&self) -> Picture {
        Picture {
            id: self.id,
            created: self.created,
            profile: self.profile.clone(),
            domains: self
                .domains
                .iter()
                .enumerate()
                .map(|(place, (name, is_default))| (name.clone(), place == 0, *is_default))
                .collect(),
            products: self
                .products
                .keys()
                .map(|sku_id| (*sku_id, self.product(*sku_id)))
                .collect(),
            subscriptions: self
                .subscriptions
                .iter()
                .map(|(id, bought)| (*id, bought.picture()))
                .collect(),
            users: (0..self.users.len())
                .map(|place| self.user(place))
                .collect(),
            groups: self
                .groups
                .iter()
                .map(|group| self.group_picture(group))
                .collect(),
            policy: self.policy.clone(),
            devices: self.devices_picture(),
            applications: self.applications.clone(),
            roles: self.roles.clone(),
        }
    }

    fn product(&self, sku_id: Uuid) -> ProductPicture {
        let product = &self.products[&sku_id];
        let seats = self.seats(sku_id);
        let status = match seats {
            SeatTotals { enabled: 1.., .. } => Status::Enabled,
            SeatTotals { warning: 1.., .. } => Status::Warning,
            SeatTotals { suspended: 1.., .. } => Status::Suspended,
            SeatTotals {
                locked_out: 1.., ..
            } => Status::LockedOut,
            _ => Status::Deleted,
        };
        ProductPicture {
            is_device: product.is_device,
            is_company: product.is_company,
            is_owned: self.owns(sku_id),
            plans: product.current_plans(),
            seats,
            status,
        }
    }

    fn user(&self, place: usize) -> UserPicture {
        let user = &self.users[place];
        let sources = self.source_pictures(place);
        let mut licenses: BTreeMap<Uuid, LicensePicture> = BTreeMap::new();
        for source in sources.iter().filter(|source| source.state.is_applied()) {
            let license = licenses
                .entry(source.sku_id)
                .or_insert_with(|| LicensePicture {
                    disabled: source.disabled.clone(),
                    at: source.at,
                });
            license.disabled = &license.disabled & &source.disabled;
            license.at = license.at.min(source.at);
        }
        UserPicture {
            id: user.id,
            state: user.state,
            account_enabled: user.account_enabled,
            user_type: user.kind,
            usage_location: user.usage_location,
            created: user.created,
            deleted: user.deleted,
            properties: user.properties.clone(),
            licenses,
            sources,
            memberships: self
                .memberships(place)
                .into_iter()
                .map(|(group, joined)| (self.groups[group].id, joined))
                .collect(),
            entitlements: self.plans(&self.sources(place)),
        }
    }

    /// What `licenseAssignmentStates` says: also of what failed.
    fn source_pictures(&self, place: usize) -> Vec<SourcePicture> {
        let mut pictures: Vec<SourcePicture> = self
            .sources(place)
            .into_iter()
            .map(|source| self.applied(place, &source))
            .collect();
        for (group, intended) in self.decisions_of(place).keys() {
            let violation = match self.decisions[&(place, *group, *intended)] {
                Verdict::Active => continue,
                Verdict::Fallback(_) => Violation::Count,
                Verdict::Failed(violation) => violation,
            };
            let is_meant = self.groups[*group].licenses.contains_key(intended);
            // One entry per product and source: what is kept says by its error that the change of it failed.
            let is_kept = self.users[place].kept.contains_key(&(*intended, *group));
            if !is_meant || is_kept || !self.units(place).contains_key(group) {
                continue;
            }
            let meant = self.given(*group, *intended, *intended);
            pictures.push(SourcePicture {
                state: LicenseState::Error(violation),
                ..self.applied(place, &meant)
            });
        }
        pictures.sort();
        pictures
    }

    fn applied(&self, place: usize, source: &Source) -> SourcePicture {
        let user = &self.users[place];
        let mut state = LicenseState::Active;
        let (mut instead_of, mut is_ending) = (None, false);
        let (group, at) = match source.from {
            From::Direct => (None, user.licenses[&source.sku_id].at),
            From::Kept(group, violation) => {
                state = LicenseState::ActiveWithError(violation);
                (Some(group), user.kept[&(source.sku_id, group)].at)
            }
            From::Ending(group) => {
                is_ending = true;
                (group, user.ending[&(source.sku_id, group)].at)
            }
            From::Group { group, intended } => {
                instead_of = Some(intended).filter(|intended| *intended != source.sku_id);
                let joined = self.units(place)[&group];
                let decided = user.decided.get(&group).copied().unwrap_or_default();
                let meant = self.groups[group].licenses[&intended].at;
                (Some(group), meant.max(joined).max(decided))
            }
        };
        let current = self.products[&source.sku_id].current_plans();
        SourcePicture {
            sku_id: source.sku_id,
            group: group.map(|group| self.groups[group].id),
            state,
            disabled: &source.disabled & &current,
            at,
            instead_of,
            is_ending,
        }
    }

    fn group_picture(&self, group: &Group) -> GroupPicture {
        let ids = |places: &mut dyn Iterator<Item = &usize>| -> BTreeSet<Uuid> {
            places.map(|place| self.users[*place].id).collect()
        };
        GroupPicture {
            id: group.id,
            state: group.state,
            created: group.created,
            deleted: group.deleted,
            definition: group.definition.clone(),
            members: ids(&mut group.members.keys()),
            subgroups: group
                .subgroups
                .iter()
                .map(|place| self.groups[*place].id)
                .collect(),
            owners: ids(&mut group.owners.iter()),
            licenses: group
                .licenses
                .iter()
                .map(|(sku_id, license)| (*sku_id, self.group_license(*sku_id, license)))
                .collect(),
            had_licenses: group.had_licenses,
        }
    }

    fn group_license(&self, sku_id: Uuid, license: &License) -> LicensePicture {
        LicensePicture {
            disabled: &license.disabled & &self.products[&sku_id].current_plans(),
            at: license.at,
        }
    }
}

impl Subscription {
    fn picture(&self) -> SubscriptionPicture {
        SubscriptionPicture {
            sku_id: self.sku_id,
            channel: self.channel,
            quantity: self.quantity,
            months: self.months,
            renews: self.renews,
            created: self.created,
            ends: self.ends,
            status: self.status,
            since: self.since,
            next_change: self.next().map(|(at, _)| at),
        }
    }
}
