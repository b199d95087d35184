//! `zetel groups license`.

use super::Session;
use super::groups::{find, noted};
use super::license_change::{Wanted, named, not_found};
use crate::cli::groups::GroupLicenseArgs;
use crate::client::Request;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// Changes what a group gives, for all its members in one step.
pub fn run(session: &Session, args: &GroupLicenseArgs) -> Result<Exit, CliError> {
    let products = session.products()?;
    let wanted = Wanted {
        add: args.add.clone(),
        disable: args.disable.clone(),
        remove: args.remove.clone(),
    };
    let change = wanted.resolve(&products).map_err(not_found)?;
    let group = find(session, &args.group, "license")?;
    let request = Request::post(&["groups", &group.id, "assignLicense"], change.body());
    let exit = noted(
        session,
        &args.change,
        &args.group,
        "license",
        request,
        "Licensed",
    )
    .map_err(|error| named(error, &products))?;
    if exit == Exit::Done && !args.change.plan {
        output::note("`zetel groups errors` lists members for whom it could not be applied");
    }
    Ok(exit)
}
