//! `zetel explain`: why a user has or lacks a product or service plan.

use std::io::Write;

use serde_json::Value;

use super::Session;
use super::language;
use super::license_change::not_found;
use crate::cli::moves::ExplainArgs;
use crate::client::hint;
use crate::client::products::{Products, UnknownName};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{self, Format};

/// Prints the explanation.
pub fn run(args: &ExplainArgs) -> Result<Exit, CliError> {
    let session = &Session::open(&args.client, 1)?;
    let query = match &args.subject {
        Some(subject) => subject_query(&session.products()?, subject).map_err(not_found)?,
        None => String::new(),
    };
    let tag = language::tag(args.language);
    let user = &args.user;
    let path = ["zetel", "users", user, "explanation"];
    let explanation: Value = session
        .graph
        .get_with(&path, &query, &[("accept-language", tag)])
        .map_err(|failure| {
            let advice = hint::for_user(&failure, user);
            failure.during(
                &format!("Could not explain the licenses of `{user}`"),
                advice,
            )
        })?;
    let mut out = output::stdout();
    if session.format == Format::Table {
        writeln!(out, "{}", output::cell(&explanation["text"]).trim_end())?;
        out.flush()?;
    } else {
        output::json(&mut out, &explanation["explanation"])?;
    }
    Ok(Exit::Done)
}

/// The query for a service plan or a product. A name of both means the plan: it says where the service could come from,
/// that product included.
fn subject_query(products: &Products, subject: &str) -> Result<String, UnknownName> {
    if let Some(plan) = products.find_plan(subject) {
        return Ok(format!("servicePlanId={plan}"));
    }
    match products.find(subject) {
        Ok(product) => Ok(format!("skuId={}", product.id)),
        Err(unknown) => Err(UnknownName {
            message: format!("{}, and no service plan of that name", unknown.message),
            ..unknown
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Products, subject_query};

    const SKU: &str = "00000000-0000-0000-0000-0000000000e3";
    const PLAN: &str = "00000000-0000-0000-0000-00000000000a";

    #[test]
    fn a_subject_is_a_product_or_a_plan() {
        let plans = json!([{ "servicePlanId": PLAN, "servicePlanName": "INTUNE_A" }]);
        let sku = json!({ "skuId": SKU, "skuPartNumber": "EMS", "servicePlans": plans });
        let products = Products::new(vec![serde_json::from_value(sku).unwrap()]);
        let query =
            |subject: &str| subject_query(&products, subject).map_err(|error| error.message);
        let other = "11111111-1111-1111-1111-111111111111";
        assert_eq!(query("ems"), Ok(format!("skuId={SKU}")));
        assert_eq!(query(SKU), Ok(format!("skuId={SKU}")));
        assert_eq!(query("Intune_A"), Ok(format!("servicePlanId={PLAN}")));
        assert_eq!(query(PLAN), Ok(format!("servicePlanId={PLAN}")));
        assert_eq!(query(other), Ok(format!("skuId={other}")));
        assert_eq!(
            query("SWAY").unwrap_err(),
            "The tenant has no product `SWAY`, and no service plan of that name"
        );
    }
}
