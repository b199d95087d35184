//! Licenses of many users at once: what shall happen, what that would change, and Apply.

mod selection;

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;
use axum::{body::Bytes, extract::RawQuery, response::Response};
use uuid::Uuid;
use zetel_domain::{
    Command, Rejection, Tenant,
    access::Action,
    assignment::{AssignmentRequest, ProductRequest},
    command::SwapScope,
    product::ProductOrdinal,
    state::Bits,
};
use zetel_engine::{EngineError, Planned};

use self::selection::Selection;
use crate::{
    failure::Failure,
    frame::{Frame, Section},
    render::page,
    view::{Change, Seats, Stopped, is_assignable, refusal_text, refused},
    visit::Visit,
    words::Words,
};

/// What shall happen to the licenses of the users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// They get products besides what they have.
    #[default]
    Add,
    /// They lose a product.
    Remove,
    /// They get one product instead of another, each whole or not at all.
    Swap,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Add, Self::Swap, Self::Remove];

    /// The word in the form, and in messages behind `bulk-`.
    const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Swap => "swap",
        }
    }
}

/// What is filled in.
#[derive(Clone, Debug, Default)]
struct Wish {
    mode: Mode,
    /// Products to add, to remove, or to give instead.
    products: Vec<Uuid>,
    /// The product to take in a swap.
    from: Option<Uuid>,
    step: Step,
    confirmation: Option<String>,
    /// The digest of the change that was shown.
    seen: String,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Choose,
    Preview,
    Apply,
}

/// A product that can be picked.
struct Pick {
    sku_id: Uuid,
    name: String,
    seats: Seats,
    /// How many of the users are assigned it directly.
    holders: u32,
    is_picked: bool,
    is_from: bool,
}

/// What is said on top.
enum Notice {
    Refused(String),
    NothingPicked,
    /// What is asked for now is not what was shown.
    SeeAgain,
    Stopped(Stopped),
    Done {
        users: usize,
        causes: Vec<(String, usize)>,
    },
}

#[derive(Template)]
#[template(path = "users/bulk.html")]
struct BulkPage {
    frame: Frame,
    t: Words,
    /// The selection as hidden fields.
    fields: Vec<(&'static str, String)>,
    count: u32,
    mode: Mode,
    picks: Vec<Pick>,
    /// The digest of what is filled in and of whom it concerns, for Apply to do what was shown and nothing else.
    seen: String,
    change: Option<Change>,
    /// How many users the change is for.
    concerned: usize,
    notice: Option<Notice>,
}

/// `GET /admin/users/bulk`
pub(crate) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let text = query.unwrap_or_default();
    let tenant = readable(&visit)?;
    let (selection, wish) = parse(text.as_bytes()).ok_or_else(|| Failure::bad_form(&visit))?;
    check(&visit, &selection)?;
    let users = selection.users(&tenant, visit.now());
    Ok(BulkPage::new(&visit, &tenant, (&selection, &users), &wish).into_response())
}

/// `POST /admin/users/bulk`: shows what would change, or does it.
pub(crate) async fn act(visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let tenant = readable(&visit)?;
    let (selection, wish) = parse(&body).ok_or_else(|| Failure::bad_form(&visit))?;
    check(&visit, &selection)?;
    let users = selection.users(&tenant, visit.now());
    let shown = BulkPage::new(&visit, &tenant, (&selection, &users), &wish);
    let Some((command, concerned)) = command(&tenant, &users, &wish) else {
        return Ok(shown.with(Notice::NothingPicked).into_response());
    };
    let is_unseen = wish.step == Step::Apply && wish.seen != shown.seen;
    let shown = if is_unseen {
        shown.with(Notice::SeeAgain)
    } else {
        shown
    };
    if wish.step != Step::Apply || is_unseen {
        return match visit.plan(command).await {
            Ok(planned) => Ok(shown
                .with_preview(&visit, &planned, concerned)
                .into_response()),
            Err(EngineError::Rejected(rejection)) => {
                Ok(shown.refused(&tenant, &rejection).into_response())
            }
            Err(error) => Err(Failure::of(&visit, error)),
        };
    }
    match visit
        .submit(command.clone(), wish.confirmation.clone())
        .await
    {
        Ok(applied) => {
            let causes = refused(&applied.after, &applied.outcome, visit.words().language());
            let left: usize = causes.iter().map(|(_, users)| users).sum();
            let done = Notice::Done {
                users: concerned.saturating_sub(left),
                causes,
            };
            let fresh = Wish {
                mode: wish.mode,
                ..Wish::default()
            };
            let shown = BulkPage::new(&visit, &applied.after, (&selection, &users), &fresh);
            Ok(shown.with(done).into_response())
        }
        Err(EngineError::Rejected(rejection @ Rejection::Guarded { .. })) => {
            let planned = visit.plan(command).await;
            let planned = planned.map_err(|error| Failure::of(&visit, error))?;
            let shown = shown.with_preview(&visit, &planned, concerned);
            Ok(shown.stopped(&tenant, &rejection).into_response())
        }
        Err(EngineError::Rejected(rejection)) => {
            Ok(shown.refused(&tenant, &rejection).into_response())
        }
        Err(error) => Err(Failure::of(&visit, error)),
    }
}

/// A list of users whose devices do not comply is one of devices.
fn check(visit: &Visit, selection: &Selection) -> Result<(), Failure> {
    if selection.asks_devices() {
        visit.read(Action::ReadDevices)?;
    }
    Ok(())
}

fn readable(visit: &Visit) -> Result<zetel_engine::Snapshot, Failure> {
    visit.read(Action::AssignLicenses)?;
    visit.read(Action::ListUsers)
}

fn parse(text: &[u8]) -> Option<(Selection, Wish)> {
    let (mut selection, mut wish) = (Selection::default(), Wish::default());
    for (name, value) in form_urlencoded::parse(text) {
        match &*name {
            "mode" => wish.mode = Mode::ALL.into_iter().find(|mode| mode.word() == value)?,
            "product" => wish.products.push(Uuid::try_parse(&value).ok()?),
            "from" if value.is_empty() => {}
            "from" => wish.from = Some(Uuid::try_parse(&value).ok()?),
            "step" if value == "apply" => wish.step = Step::Apply,
            "step" => wish.step = Step::Preview,
            "seen" => wish.seen = value.into_owned(),
            "confirm" => wish.confirmation = Some(value.into_owned()),
            name => selection.take(name, &value)?,
        }
    }
    Some((selection, wish))
}

fn digest(users: &Bits, wish: &Wish) -> String {
    let mut hasher = DefaultHasher::new();
    (wish.mode.word(), &wish.products, wish.from).hash(&mut hasher);
    for user in users.iter() {
        user.hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// The command for a wish, and for how many of the users it is; nothing if nothing is picked or nobody is concerned.
fn command(tenant: &Tenant, users: &Bits, wish: &Wish) -> Option<(Command, usize)> {
    let keys = |users: &Bits| selection::keys(tenant, users);
    let holders = |sku_id: Uuid| {
        let product = tenant.find_product(sku_id)?;
        Some(tenant.assigned(product)?.intersection(users))
    };
    match wish.mode {
        Mode::Add => {
            let add: Vec<ProductRequest> = wish
                .products
                .iter()
                .map(|sku_id| ProductRequest {
                    sku_id: *sku_id,
                    disabled_plans: Vec::new(),
                })
                .collect();
            let users = keys(users);
            let count = users.len();
            let request = AssignmentRequest {
                add,
                remove: Vec::new(),
            };
            let is_something = !request.add.is_empty() && count > 0;
            is_something.then_some((Command::AssignLicensesInBulk { users, request }, count))
        }
        Mode::Remove => {
            let [sku_id] = *wish.products else {
                return None;
            };
            // Only who has it can lose it.
            let users = keys(&holders(sku_id)?);
            let count = users.len();
            let request = AssignmentRequest {
                add: Vec::new(),
                remove: vec![sku_id],
            };
            (count > 0).then_some((Command::AssignLicensesInBulk { users, request }, count))
        }
        Mode::Swap => {
            let (Some(from), [to]) = (wish.from, &*wish.products) else {
                return None;
            };
            let to = *to;
            let users = keys(&holders(from)?);
            let count = users.len();
            let swap = Command::SwapProduct {
                scope: SwapScope::Users(users),
                from,
                to,
                disabled_plans: Vec::new(),
            };
            (count > 0).then_some((swap, count))
        }
    }
}

impl BulkPage {
    fn new(
        visit: &Visit,
        tenant: &Tenant,
        (selection, users): (&Selection, &Bits),
        wish: &Wish,
    ) -> Self {
        let t = visit.words();
        let products = tenant.products();
        let products = products.filter(|(ordinal, product)| {
            is_assignable(product)
                && (tenant.owns(*ordinal) || has_holders(tenant, *ordinal, users))
        });
        let mut picks: Vec<Pick> = products
            .map(|(ordinal, product)| Pick {
                sku_id: product.sku_id,
                name: product.name.clone(),
                seats: Seats::of(&tenant.seats(ordinal)),
                holders: tenant
                    .assigned(ordinal)
                    .map_or(0, |holders| holders.intersection_len(users)),
                is_picked: wish.products.contains(&product.sku_id),
                is_from: wish.from == Some(product.sku_id),
            })
            .collect();
        picks.sort_by(|left, right| left.name.cmp(&right.name));
        let title = t.m("bulk-title").with("count", users.len());
        Self {
            frame: Frame::new(visit, Section::Users, title),
            t,
            fields: selection.fields(),
            count: users.len(),
            mode: wish.mode,
            picks,
            seen: digest(users, wish),
            change: None,
            concerned: 0,
            notice: None,
        }
    }

    fn with(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }

    fn with_preview(mut self, visit: &Visit, planned: &Planned, concerned: usize) -> Self {
        self.change = Some(Change::of(visit, planned));
        self.concerned = concerned;
        self
    }

    fn refused(self, tenant: &Tenant, rejection: &Rejection) -> Self {
        let text = refusal_text(tenant, rejection, self.t.language());
        self.with(Notice::Refused(text))
    }

    fn stopped(mut self, tenant: &Tenant, rejection: &Rejection) -> Self {
        self.notice = Stopped::of(tenant, rejection).map(Notice::Stopped);
        self
    }

    fn into_response(self) -> Response {
        page(&self)
    }
}

fn has_holders(tenant: &Tenant, product: ProductOrdinal, users: &Bits) -> bool {
    let holders = tenant.assigned(product);
    holders.is_some_and(|holders| !holders.is_disjoint(users))
}
