//! `zetel devices retire`, `sync` and `delete`.

use serde_json::json;

use super::Session;
use super::change::{Asked, Wish, ask};
use super::devices::about;
use crate::cli::client::ChangeArgs;
use crate::cli::devices::DeviceArgs;
use crate::client::devices::DEVICES;
use crate::client::{Request, hint};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// Asks a device to leave.
pub fn retire(session: &Session, args: &DeviceArgs) -> Result<Exit, CliError> {
    let done = format!(
        "`{}` leaves at its next check-in; its record goes when its MDM server says that it did",
        args.device
    );
    action(session, args, "retire", &done)
}

/// Asks a device to check in.
pub fn sync(session: &Session, args: &DeviceArgs) -> Result<Exit, CliError> {
    let done = format!("`{}` was asked to check in", args.device);
    action(session, args, "syncDevice", &done)
}

fn action(
    session: &Session,
    args: &DeviceArgs,
    action: &str,
    done: &str,
) -> Result<Exit, CliError> {
    let verb = action.trim_end_matches("Device");
    let [first, second] = DEVICES;
    let id = id_of(session, &args.device, verb)?;
    let request = Request::post(&[first, second, &id, action], json!({}));
    noted(session, &args.change, &args.device, verb, request, done)
}

/// Removes a device's record.
pub fn delete(session: &Session, args: &DeviceArgs) -> Result<Exit, CliError> {
    let [first, second] = DEVICES;
    let id = id_of(session, &args.device, "delete")?;
    let request = Request::delete(&[first, second, &id]);
    let done = format!("Deleted `{}`; it can enroll again", args.device);
    noted(
        session,
        &args.change,
        &args.device,
        "delete",
        request,
        &done,
    )
}

fn id_of(session: &Session, device: &str, verb: &str) -> Result<String, CliError> {
    let found = session
        .graph
        .find_device(device)
        .map_err(|failure| about(failure, &format!("Could not {verb} `{device}`")))?;
    Ok(output::cell(&found["id"]))
}

/// Asks for a change whose success is told in a sentence.
pub fn noted(
    session: &Session,
    args: &ChangeArgs,
    what: &str,
    verb: &str,
    request: Request,
    done: &str,
) -> Result<Exit, CliError> {
    let wish = Wish {
        what,
        attempt: format!("Could not {verb} `{what}`"),
        request,
    };
    match ask(session, args, &wish, hint::for_device)? {
        Asked::Shown(exit) => Ok(exit),
        Asked::Done(_) => {
            output::note(done);
            Ok(Exit::Done)
        }
    }
}
