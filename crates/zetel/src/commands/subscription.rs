//! `zetel subscription`: what a tenant bought, on the server's own machine.

use std::io::Write;

use serde::Serialize;
use uuid::Uuid;
use zetel_domain::{
    Command, Outcome,
    catalog::{Catalog, Product},
    command::NewSubscription,
    product::ProductDefinition,
    subscription::{Channel, Term},
};

use crate::{
    cli::tenant::{
        ChannelName, SetQuantityArgs, SubscriptionAddArgs, SubscriptionArgs, SubscriptionCommand,
        SubscriptionIdArgs, SubscriptionListArgs,
    },
    error::CliError,
    exit::Exit,
    output::{self, Record},
    setup::{self, Desk},
};

/// Notes, lists, changes, renews and cancels purchases.
pub fn run(args: &SubscriptionArgs) -> Result<Exit, CliError> {
    match &args.command {
        SubscriptionCommand::Add(args) => add(args),
        SubscriptionCommand::List(args) => list(args),
        SubscriptionCommand::SetQuantity(args) => set_quantity(args),
        SubscriptionCommand::Renew(args) => {
            change(args, |id| Command::Reactivate { id, renews: true })
        }
        SubscriptionCommand::Cancel(args) => change(args, |id| Command::Cancel { id }),
    }
}

fn add(args: &SubscriptionAddArgs) -> Result<Exit, CliError> {
    let desk = Desk::open(&args.tenant)?;
    let product = find_product(
        desk.state()?.catalog(),
        &args.product,
        args.part_number.as_deref(),
    )?;
    let channel = match (args.channel, args.partner_tenant) {
        (ChannelName::CloudSolutionProvider, partner) => Channel::CloudSolutionProvider {
            partner_tenant_id: partner.unwrap_or_default(),
        },
        (ChannelName::EnterpriseAgreement, _) => Channel::EnterpriseAgreement,
        (ChannelName::Card, _) => Channel::Card,
        (ChannelName::Invoice, _) => Channel::Invoice,
        (ChannelName::Trial, _) => Channel::Trial,
    };
    let purchase = NewSubscription {
        id: None,
        product,
        channel,
        quantity: args.quantity,
        term: Term {
            months: args.months,
        },
        renews: !args.no_renewal,
        owner_id: None,
    };
    if let Outcome::Created(id) = desk.submit(Command::AddSubscription(purchase))? {
        writeln!(output::stdout(), "{id}")?;
    }
    Ok(Exit::Done)
}

/// The product that a name or an id means. One that the catalog does not know can be bought by its id.
fn find_product(
    catalog: &Catalog,
    wanted: &str,
    part_number: Option<&str>,
) -> Result<ProductDefinition, CliError> {
    let known = |product: &Product| ProductDefinition {
        sku_id: product.id,
        part_number: product.part_number.clone(),
        name: product.name.clone(),
        per_device: false,
        plans: Vec::new(),
    };
    if let Ok(sku_id) = Uuid::try_parse(wanted) {
        return match (catalog.products.get(&sku_id), part_number) {
            (Some(product), _) => Ok(known(product)),
            (None, Some(part_number)) => Ok(ProductDefinition {
                sku_id,
                part_number: part_number.to_owned(),
                name: part_number.to_owned(),
                per_device: false,
                plans: Vec::new(),
            }),
            (None, None) => Err(CliError::new(
                Exit::NotFound,
                format!("The catalog has no product {sku_id}"),
            )
            .hint("Give it a name with `--part-number`, or import it with `zetel catalog import`")),
        };
    }
    match catalog.find_part_number(wanted).as_slice() {
        [only] => Ok(known(only)),
        [] => Err(CliError::new(
            Exit::NotFound,
            format!("The catalog has no product `{wanted}`"),
        )
        .hint("`zetel catalog show` prints the catalog")),
        several => {
            let ids: Vec<String> = several
                .iter()
                .map(|product| product.id.to_string())
                .collect();
            Err(
                CliError::usage(format!("`{wanted}` is the part number of several products"))
                    .hint(format!("Give one of the ids: {}", ids.join(", "))),
            )
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    product: String,
    quantity: u32,
    status: &'static str,
    channel: &'static str,
    quantity_changed_by: String,
    id: String,
}

impl Record for Listed {
    const COLUMNS: &'static [&'static str] = &[
        "product",
        "quantity",
        "status",
        "channel",
        "quantityChangedBy",
        "id",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.product.clone(),
            self.quantity.to_string(),
            self.status.to_owned(),
            self.channel.to_owned(),
            self.quantity_changed_by.clone(),
            self.id.clone(),
        ]
    }
}

fn list(args: &SubscriptionListArgs) -> Result<Exit, CliError> {
    let state = Desk::open(&args.tenant)?.state()?;
    let listed: Vec<Listed> = state
        .subscriptions()
        .values()
        .map(|subscription| Listed {
            product: state
                .product(subscription.product)
                .map_or_else(String::new, |product| product.part_number.clone()),
            quantity: subscription.quantity,
            status: subscription.status.as_str(),
            channel: subscription.channel.as_str(),
            quantity_changed_by: setup::manager(subscription.channel.managed_by()),
            id: subscription.id.to_string(),
        })
        .collect();
    output::list(output::stdout(), args.output, &listed)?;
    Ok(Exit::Done)
}

fn set_quantity(args: &SetQuantityArgs) -> Result<Exit, CliError> {
    Desk::open(&args.tenant)?.submit(Command::ChangeQuantity {
        id: args.id,
        quantity: args.quantity,
        on_behalf_of_manager: args.changed_there,
    })?;
    Ok(Exit::Done)
}

fn change(
    args: &SubscriptionIdArgs,
    command: impl FnOnce(Uuid) -> Command,
) -> Result<Exit, CliError> {
    let desk = Desk::open(&args.tenant)?;
    desk.submit_confirmed(&command(args.id), &args.confirm)?;
    Ok(Exit::Done)
}
