//! Users (licensing.md 1.3, 3.8).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use zetel_domain::{
    Command, Outcome, Rejection,
    user::{
        NewUser, Properties, PropertyValue, UserKey, UserPatch, UserProperty, UserState,
        property::{PropertyKind, Writable},
    },
};

use super::{Given, Model, User, user_outcome};

impl User {
    pub(super) fn principal_name(&self) -> &str {
        principal_name(&self.properties)
    }

    /// `mail`, then the SMTP addresses among `proxyAddresses`.
    pub(super) fn addresses(&self) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(PropertyValue::Text(mail)) = self.properties.get(&UserProperty::Mail) {
            all.push(mail.clone());
        }
        if let Some(PropertyValue::Texts(list)) = self.properties.get(&UserProperty::ProxyAddresses)
        {
            let smtp = list
                .iter()
                .filter(|proxy| proxy.to_ascii_lowercase().starts_with("smtp:"));
            all.extend(smtp.map(|proxy| proxy[5..].to_owned()));
        }
        all
    }

    /// What is said of a user, without memberships and licenses.
    pub(super) fn facts(&self) -> impl PartialEq {
        let head = (self.account_enabled, self.kind, self.usage_location);
        (head, self.properties.clone())
    }
}

fn principal_name(properties: &Properties) -> &str {
    match properties.get(&UserProperty::UserPrincipalName) {
        Some(PropertyValue::Text(name)) => name,
        _ => "",
    }
}

fn judge_value(
    property: UserProperty,
    value: Option<&PropertyValue>,
    is_system: bool,
) -> Result<(), Rejection> {
    let schema = property.schema();
    let name = schema.name;
    if schema.writable == Writable::No && !is_system {
        return Err(Rejection::ReadOnlyProperty { name });
    }
    let (texts, max_length) = match (schema.kind, value) {
        (_, None) => return Ok(()),
        (PropertyKind::Text { max_length }, Some(PropertyValue::Text(text))) => {
            (vec![text], max_length)
        }
        (PropertyKind::Texts { max_items }, Some(PropertyValue::Texts(texts)))
            if texts.len() <= max_items =>
        {
            (texts.iter().collect(), 1024)
        }
        _ => return Err(Rejection::InvalidProperty { name }),
    };
    for text in texts {
        if text.chars().count() > max_length {
            return Err(Rejection::PropertyTooLong { name, max_length });
        }
        if text.is_empty() || text.contains('\0') {
            return Err(Rejection::InvalidProperty { name });
        }
    }
    Ok(())
}

fn judge_required(properties: &Properties) -> Result<(), Rejection> {
    let required = [
        UserProperty::DisplayName,
        UserProperty::MailNickname,
        UserProperty::UserPrincipalName,
    ];
    match required
        .iter()
        .find(|property| !properties.contains_key(property))
    {
        Some(missing) => Err(Rejection::RequiredPropertyMissing {
            name: missing.schema().name,
        }),
        None => Ok(()),
    }
}

impl Model {
    /// The place of the live user that a caller names.
    pub(super) fn live(&self, key: &UserKey) -> Result<usize, Rejection> {
        let mut users = self.users.iter();
        let found = users.position(|user| {
            let is_named = match key {
                UserKey::Id(id) => user.id == *id,
                UserKey::PrincipalName(name) => user.principal_name().eq_ignore_ascii_case(name),
            };
            is_named && user.state == UserState::Live
        });
        found.ok_or_else(|| Rejection::UserNotFound {
            key: match key {
                UserKey::Id(id) => id.to_string(),
                UserKey::PrincipalName(name) => name.clone(),
            },
        })
    }

    pub(super) fn live_users(&self) -> impl Iterator<Item = usize> {
        let users = self.users.iter().enumerate();
        let live = users.filter(|(_, user)| user.state == UserState::Live);
        live.map(|(place, _)| place)
    }

    fn deleted(&self, id: Uuid) -> Result<usize, Rejection> {
        let mut users = self.users.iter();
        users
            .position(|user| user.id == id && user.state == UserState::Deleted)
            .ok_or(Rejection::DeletedUserNotFound { id })
    }

    /// Only the object id and the times remain.
    pub(super) fn purge(&mut self, place: usize) {
        let user = &mut self.users[place];
        user.state = UserState::Purged;
        user.account_enabled = false;
        user.usage_location = None;
        user.properties.clear();
        user.licenses.clear();
        user.kept.clear();
        user.ending.clear();
        user.decided.clear();
        self.roles.remove(&user.id);
        self.decisions.retain(|(user, _, _), _| *user != place);
        for group in &mut self.groups {
            group.members.remove(&place);
            group.owners.remove(&place);
        }
        self.forget_devices_of(place);
    }

    fn judge_name(&self, name: &str, except: Option<usize>) -> Result<(), Rejection> {
        let domain = match name.split_once('@') {
            Some((alias, domain)) if !alias.contains(' ') => domain.to_ascii_lowercase(),
            _ => {
                return Err(Rejection::InvalidProperty {
                    name: "userPrincipalName",
                });
            }
        };
        if !self.domains.iter().any(|(verified, _)| *verified == domain) {
            return Err(Rejection::DomainNotVerified { domain });
        }
        match self.live(&UserKey::PrincipalName(name.to_owned())) {
            Ok(other) if Some(other) != except => Err(Rejection::PrincipalNameTaken {
                principal_name: name.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Of users and groups in whatever state, applications, clients and service principals.
    pub(super) fn all_ids(&self) -> BTreeSet<Uuid> {
        let mut ids: BTreeSet<Uuid> = self.users.iter().map(|user| user.id).collect();
        ids.extend(self.groups.iter().map(|group| group.id));
        for (id, application) in &self.applications {
            ids.extend([*id, application.client_id, application.service_principal_id]);
        }
        ids
    }

    pub(super) fn create_user(
        &mut self,
        user: &NewUser,
        given: &mut Given<'_>,
    ) -> Result<(), Rejection> {
        judge_required(&user.properties)?;
        for (property, value) in &user.properties {
            judge_value(*property, Some(value), given.is_system)?;
        }
        self.judge_name(principal_name(&user.properties), None)?;
        let id = user.id.unwrap_or_else(|| (given.new_id)());
        if self.all_ids().contains(&id) {
            return Err(Rejection::IdTaken { id });
        }
        self.users.push(User {
            id,
            state: UserState::Live,
            account_enabled: user.account_enabled,
            kind: user.user_type,
            usage_location: user.usage_location,
            created: given.now,
            deleted: None,
            properties: user.properties.clone(),
            licenses: BTreeMap::new(),
            kept: BTreeMap::new(),
            ending: BTreeMap::new(),
            decided: BTreeMap::new(),
        });
        Ok(())
    }

    fn update_user(
        &mut self,
        place: usize,
        patch: &UserPatch,
        is_system: bool,
    ) -> Result<(), Rejection> {
        let mut user = self.users[place].clone();
        for (property, value) in &patch.properties {
            judge_value(*property, value.as_ref(), is_system)?;
            user.properties.remove(property);
            user.properties
                .extend(value.clone().map(|value| (*property, value)));
        }
        judge_required(&user.properties)?;
        if user.principal_name() != self.users[place].principal_name() {
            self.judge_name(user.principal_name(), Some(place))?;
        }
        let is_disabled = user.account_enabled && patch.account_enabled == Some(false);
        if is_disabled && self.is_the_global_administrator(user.id) {
            return Err(Rejection::LastGlobalAdministrator);
        }
        user.account_enabled = patch.account_enabled.unwrap_or(user.account_enabled);
        user.kind = patch.user_type.unwrap_or(user.kind);
        user.usage_location = patch.usage_location.unwrap_or(user.usage_location);
        self.users[place] = user;
        Ok(())
    }

    pub(super) fn on_user(
        &mut self,
        command: &Command,
        given: &mut Given<'_>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::UpdateUser { user, patch } => {
                let place = self.live(user)?;
                self.update_user(place, patch, given.is_system)?;
                Ok(user_outcome(place))
            }
            Command::DeleteUser { user } => {
                let place = self.live(user)?;
                let id = self.users[place].id;
                if self.is_the_global_administrator(id) {
                    return Err(Rejection::LastGlobalAdministrator);
                }
                self.users[place].state = UserState::Deleted;
                self.users[place].deleted = Some(given.now);
                Ok(user_outcome(place))
            }
            Command::RestoreUser { id } => {
                let place = self.deleted(*id)?;
                let principal_name = self.users[place].principal_name().to_owned();
                if self
                    .live(&UserKey::PrincipalName(principal_name.clone()))
                    .is_ok()
                {
                    return Err(Rejection::PrincipalNameTaken { principal_name });
                }
                self.users[place].state = UserState::Live;
                self.users[place].deleted = None;
                self.leave_dynamic_groups(place);
                Ok(user_outcome(place))
            }
            Command::PurgeUser { id } => {
                let place = self.deleted(*id)?;
                self.purge(place);
                Ok(Outcome::Done)
            }
            Command::NotePasswordChange { user } => {
                let place = self.live(user)?;
                let properties = &mut self.users[place].properties;
                let property = UserProperty::LastPasswordChangeDateTime;
                properties.insert(property, PropertyValue::Time(given.now));
                Ok(user_outcome(place))
            }
            Command::RevokeSessions { user } => {
                let place = self.live(user)?;
                let properties = &mut self.users[place].properties;
                let property = UserProperty::SignInSessionsValidFromDateTime;
                properties.insert(property, PropertyValue::Time(given.now));
                Ok(user_outcome(place))
            }
            _ => unreachable!(),
        }
    }
}
