//! `zetel waiting`: who waits for a seat.

use serde::Serialize;
use serde_json::Value;

use super::Session;
use super::license_change::not_found;
use crate::cli::moves::WaitingArgs;
use crate::client::connection::server_error;
use crate::client::products::Products;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Record};
use crate::plan::name_of;

/// A place in the queue for a product.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaceRow {
    product: String,
    position: u64,
    user: String,
    group: String,
    since: String,
}

impl Record for PlaceRow {
    const COLUMNS: &'static [&'static str] = &["product", "position", "user", "group", "since"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.product.clone(),
            self.position.to_string(),
            self.user.clone(),
            self.group.clone(),
            self.since.clone(),
        ]
    }
}

/// Lists the waiting users in the order in which they get a seat.
pub fn run(args: &WaitingArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    let products = session.products()?;
    let wanted = match &args.product {
        Some(name) => vec![products.find(name).map_err(not_found)?.id],
        None => products
            .all()
            .iter()
            .map(|sku| sku.sku_id.clone())
            .collect(),
    };
    let mut rows: Vec<PlaceRow> = Vec::new();
    for sku in wanted {
        let list = session
            .graph
            .all(&["zetel", "waitingList"], &format!("skuId={sku}"));
        let list =
            list.map_err(|failure| server_error(failure, "Could not read the waiting list"))?;
        rows.extend(list.iter().map(|place| row(place, &products)));
    }
    output::list(output::stdout(), session.format, &rows)?;
    if rows.is_empty() {
        output::note("Nobody waits");
    }
    Ok(Exit::Done)
}

fn row(place: &Value, products: &Products) -> PlaceRow {
    PlaceRow {
        product: products.name(place["skuId"].as_str().unwrap_or_default()),
        position: place["position"].as_u64().unwrap_or_default(),
        user: name_of(&place["user"]),
        group: name_of(&place["group"]),
        since: output::cell(&place["since"]),
    }
}
