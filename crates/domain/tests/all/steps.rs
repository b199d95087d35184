//! Makes steps, which speak in small numbers, into commands on a tenant as it is by then.

use uuid::Uuid;
use zetel_domain::{
    Command,
    access::Permission,
    application::ApplicationPatch,
    assignment::{AssignmentRequest, ProductRequest},
    command::NewSubscription,
    directory::Profile,
    group::{GroupDefinition, GroupPatch, NewGroup},
    location::Location,
    product::{PlanDefinition, ProductDefinition},
    subscription::Term,
    user::{NewUser, UserKey, UserProperty, UserType},
};

use crate::{
    group_world::{GroupSpec, GroupStep, Kind, MemberRef, PatchSpec, group_id},
    machine::Machine,
    world::{
        PurchaseSpec, RequestSpec, Step, UserRef, UserSpec, plan_id, plans_of, sku_id,
        subscription_id, texts, user_id,
    },
};

impl Machine {
    pub fn command(&self, step: &Step) -> Command {
        match step {
            Step::Create(users) => {
                Command::CreateUsers(users.iter().map(|spec| self.new_user(spec)).collect())
            }
            Step::Update(user, patch) => Command::UpdateUser {
                user: key(*user),
                patch: patch.clone(),
            },
            Step::Delete(user) => Command::DeleteUser { user: key(*user) },
            Step::Restore(user) => Command::RestoreUser { id: user_id(*user) },
            Step::Purge(user) => Command::PurgeUser { id: user_id(*user) },
            Step::NotePassword(user) => Command::NotePasswordChange { user: key(*user) },
            Step::RevokeSessions(user) => Command::RevokeSessions { user: key(*user) },
            Step::Assign(user, request) => Command::AssignLicenses {
                user: key(*user),
                request: self.request(request),
            },
            Step::AssignInBulk(users, request) => Command::AssignLicensesInBulk {
                users: users.iter().copied().map(key).collect(),
                request: self.request(request),
            },
            Step::Buy(purchase) => Command::AddSubscription(new_subscription(purchase)),
            Step::ChangeQuantity(id, quantity, on_behalf_of_manager) => Command::ChangeQuantity {
                id: subscription_id(*id),
                quantity: *quantity,
                on_behalf_of_manager: *on_behalf_of_manager,
            },
            Step::Reactivate(id, renews) => Command::Reactivate {
                id: subscription_id(*id),
                renews: *renews,
            },
            Step::SetRenewal(id, renews) => Command::SetRenewal {
                id: subscription_id(*id),
                renews: *renews,
            },
            Step::Cancel(id) => Command::Cancel {
                id: subscription_id(*id),
            },
            Step::Tick(_) => Command::Tick,
            Step::Group(step) => self.group_command(step),
            Step::Device(step) => self.device_command(step),
            _ => self.other_command(step),
        }
    }

    fn other_command(&self, step: &Step) -> Command {
        match step {
            Step::Adopt(which) => Command::AdoptCatalog {
                catalog: self.catalog(*which),
                digest: [u8::try_from(*which).unwrap() + 1; 32],
            },
            Step::AddDomain(name, is_default) => Command::AddDomain {
                name: (*name).to_owned(),
                is_default: *is_default,
            },
            Step::ChangeProfile(name) => Command::ChangeProfile {
                profile: profile(name),
            },
            Step::AddApplication(client, name) => Command::AddApplication {
                client_id: client.map(|number| match number {
                    0..=3 => Uuid::from_u128(0x5000 + u128::from(number)),
                    _ => self.object_id(number - 4),
                }),
                display_name: (*name).to_owned(),
                permissions: vec![Permission::UserReadAll, Permission::UserReadAll],
                public_client: false,
                redirect_uris: Vec::new(),
                dormant: false,
                properties: std::collections::BTreeMap::new(),
                owners: Vec::new(),
            },
            Step::UpdateApplication(place, name, dormant, notes) => Command::UpdateApplication {
                id: self.application(*place).0,
                patch: ApplicationPatch {
                    display_name: name.map(str::to_owned),
                    dormant: *dormant,
                    properties: notes
                        .map(|notes| ("notes".to_owned(), (notes > 0).then(|| notes.to_string())))
                        .into_iter()
                        .collect(),
                    ..ApplicationPatch::default()
                },
            },
            Step::OwnApplication(place, owner, is_added) => {
                let owners = vec![self.principal(*owner)];
                let mut patch = ApplicationPatch::default();
                if *is_added {
                    patch.add_owners = owners;
                } else {
                    patch.remove_owners = owners;
                }
                Command::UpdateApplication {
                    id: self.application(*place).0,
                    patch,
                }
            }
            Step::NoteCredentials(place) => Command::NoteCredentials {
                id: self.application(*place).0,
                added: vec![Uuid::from_u128(0xadd)],
                removed: Vec::new(),
            },
            Step::RemoveApplication(place) => Command::RemoveApplication {
                id: self.application(*place).0,
            },
            Step::SetPermissions(place, mask) => Command::SetPermissions {
                id: self.application(*place).0,
                permissions: (0..8)
                    .filter(|bit| mask & (1 << bit) != 0)
                    .map(|bit| Permission::ALL[bit])
                    .collect(),
            },
            Step::AssignRole(principal, role) => Command::AssignRole {
                principal: self.principal(*principal),
                role: *role,
            },
            Step::RemoveRole(principal, role) => Command::RemoveRole {
                principal: self.principal(*principal),
                role: *role,
            },
            _ => Command::CreateTenant {
                id: Some(Uuid::from_u128(1)),
                profile: profile("Contoso"),
                domain: "Contoso.test".to_owned(),
            },
        }
    }

    /// Object id and service principal of the application at a place, or ids of nobody.
    fn application(&self, place: u8) -> (Uuid, Uuid) {
        let nobody = Uuid::from_u128(0x5fff);
        let application = self.tenant.applications().values().nth(usize::from(place));
        application.map_or((nobody, nobody), |known| {
            (known.id, known.service_principal_id)
        })
    }

    /// The id of a user from the small numbers, or one of an application.
    fn object_id(&self, number: u8) -> Uuid {
        match number {
            0..=7 => user_id(number),
            8 => self.application(0).0,
            9 => self.application(0).1,
            _ => Uuid::from_u128(0x5000),
        }
    }

    fn new_user(&self, spec: &UserSpec) -> NewUser {
        NewUser {
            id: spec.id.map(|number| self.object_id(number)),
            ..new_user(spec)
        }
    }

    fn principal(&self, number: u8) -> Uuid {
        if number < 8 {
            user_id(number)
        } else {
            self.application(number - 8).1
        }
    }

    fn request(&self, spec: &RequestSpec) -> AssignmentRequest {
        let wanted = |(number, mask, any_plan): &(u8, u8, bool)| {
            let product = self.tenant.find_product(sku_id(*number));
            let product = product.and_then(|product| self.tenant.product(product));
            let is_own =
                |plan: &Uuid| product.is_some_and(|product| product.plan_bit(*plan).is_some());
            ProductRequest {
                sku_id: sku_id(*number),
                disabled_plans: plans_of(*mask)
                    .filter(|plan| *any_plan || is_own(plan))
                    .collect(),
            }
        };
        AssignmentRequest {
            add: spec.add.iter().map(wanted).collect(),
            remove: spec.remove.iter().copied().map(sku_id).collect(),
        }
    }

    fn group_command(&self, step: &GroupStep) -> Command {
        let group = |number: &u8| group_id(*number);
        match step {
            GroupStep::Create(spec) => Command::CreateGroup(new_group(spec)),
            GroupStep::Patch(number, patch) => Command::UpdateGroup {
                group: group(number),
                patch: group_patch(patch),
            },
            GroupStep::Delete(number) => Command::DeleteGroup {
                group: group(number),
            },
            GroupStep::Restore(number) => Command::RestoreGroup {
                group: group(number),
            },
            GroupStep::Purge(number) => Command::PurgeGroup {
                group: group(number),
            },
            GroupStep::AddMembers(number, members) => Command::AddMembers {
                group: group(number),
                members: members.iter().copied().map(member_id).collect(),
            },
            GroupStep::RemoveMembers(number, members) => Command::RemoveMembers {
                group: group(number),
                members: members.iter().copied().map(member_id).collect(),
            },
            GroupStep::AddOwner(number, user) => Command::AddOwner {
                group: group(number),
                user: user_id(*user),
            },
            GroupStep::RemoveOwner(number, user) => Command::RemoveOwner {
                group: group(number),
                user: user_id(*user),
            },
            GroupStep::Assign(number, request) => Command::AssignGroupLicenses {
                group: group(number),
                request: self.request(request),
            },
            GroupStep::ReprocessGroup(number) => Command::ReprocessGroup {
                group: group(number),
            },
            GroupStep::ReprocessUser(user) => Command::ReprocessUser { user: key(*user) },
            GroupStep::Policy(policy) => Command::ChangePolicy {
                policy: policy.clone(),
            },
        }
    }
}

fn member_id(member: MemberRef) -> Uuid {
    match member {
        MemberRef::User(number) => user_id(number),
        MemberRef::Group(number) => group_id(number),
    }
}

fn new_group(spec: &GroupSpec) -> NewGroup {
    let is_unified = matches!(spec.kind, Kind::Microsoft365 | Kind::MailOnly);
    NewGroup {
        id: Some(group_id(spec.number)),
        definition: GroupDefinition {
            display_name: format!("Group {}", spec.number),
            mail_nickname: format!("group{}", spec.number),
            mail_enabled: is_unified,
            security_enabled: spec.kind != Kind::MailOnly,
            unified: is_unified,
            role_assignable: spec.kind == Kind::RoleAssignable,
            visibility: None,
            rule: spec.rule.map(str::to_owned),
            priority: spec.priority,
            ..GroupDefinition::default()
        },
        members: spec.members.iter().copied().map(member_id).collect(),
        owners: Vec::new(),
    }
}

fn group_patch(patch: &PatchSpec) -> GroupPatch {
    let mut all = GroupPatch::default();
    match patch {
        PatchSpec::Rule(rule) => all.rule = Some(rule.map(str::to_owned)),
        PatchSpec::Paused(paused) => all.rule_paused = Some(*paused),
        PatchSpec::Priority(priority) => all.priority = Some(*priority),
        PatchSpec::Nickname(number) => all.mail_nickname = Some(format!("GROUP{number}")),
        PatchSpec::AddMembers(members) => {
            all.add_members = members.iter().copied().map(member_id).collect();
        }
    }
    all
}

fn profile(name: &str) -> Profile {
    Profile {
        display_name: name.to_owned(),
        default_usage_location: Location::parse("NL"),
        preferred_language: Some("nl".to_owned()),
        technical_notification_mails: vec!["it@contoso.test".to_owned()],
    }
}

fn key(user: UserRef) -> UserKey {
    match user {
        UserRef::Id(number) => UserKey::Id(user_id(number)),
        UserRef::Name(name) => UserKey::PrincipalName(name.to_ascii_uppercase()),
    }
}

fn new_user(spec: &UserSpec) -> NewUser {
    let mut user = NewUser {
        account_enabled: spec.account_enabled,
        user_type: if spec.is_guest {
            UserType::Guest
        } else {
            UserType::Member
        },
        usage_location: spec.location.and_then(Location::parse),
        ..NewUser::default()
    };
    user.properties
        .insert(UserProperty::DisplayName, "Ada".into());
    user.properties
        .insert(UserProperty::UserPrincipalName, spec.name.into());
    let optional = [
        (
            UserProperty::MailNickname,
            spec.has_nickname.then(|| "nick".into()),
        ),
        (UserProperty::Mail, spec.mail.map(Into::into)),
        (
            UserProperty::ProxyAddresses,
            spec.proxies.clone().map(texts),
        ),
        (
            UserProperty::Department,
            spec.department.as_deref().map(Into::into),
        ),
    ];
    let present = optional
        .into_iter()
        .filter_map(|(property, value)| Some((property, value?)));
    user.properties.extend(present);
    user
}

fn new_subscription(spec: &PurchaseSpec) -> NewSubscription {
    let mut plans: Vec<PlanDefinition> = plans_of(spec.plans)
        .map(|id| PlanDefinition {
            id,
            name: format!("PLAN {id}"),
        })
        .collect();
    plans.extend(plans.first().cloned()); // named twice, it is still one plan
    NewSubscription {
        id: spec.id.map(subscription_id),
        product: ProductDefinition {
            sku_id: sku_id(spec.product),
            part_number: "OWN".to_owned(),
            name: "Own product".to_owned(),
            per_device: spec.per_device,
            plans,
        },
        channel: spec.channel,
        quantity: spec.quantity,
        term: Term {
            months: spec.months,
        },
        renews: spec.renews,
        owner_id: spec.id.map(|_| plan_id(0)),
    }
}
