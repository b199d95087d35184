//! `/directoryObjects`: objects of whichever type.

use zetel_domain::access::Action;

use super::{
    memberships::{find_object, ids, member, read_object},
    related::sight,
};
use crate::graph::{
    call::Call,
    error::GraphError,
    json,
    relations::Object,
    render::{
        license::LicenseBook,
        object::{ObjectSelection, ObjectWriter, Sight},
        strip::Strip,
    },
    reply::Reply,
};

/// Ids that can be asked for at once.
const MAXIMUM_IDS: usize = 1000;

/// `GET /directoryObjects/{id}`
pub(crate) fn get(call: &Call<'_>) -> Result<Reply, GraphError> {
    let tenant = read_object(call)?;
    let object = find_object(call, &tenant)?;
    let selection = ObjectSelection::parse(call.options.select.as_deref())?;
    let context = selection.context.clone();
    let writer = ObjectWriter {
        tenant: &tenant,
        book: LicenseBook::new(&call.graph.texts),
        selection,
        sight: Sight::ALL,
        is_typed: true,
    };
    let mut out = Vec::with_capacity(1024);
    json::object(&mut out, |out| {
        call.write_context(out, &["directoryObjects", &context, "/$entity"]);
        writer.write(out, object, &mut Strip::new());
    });
    Ok(Reply::json(out))
}

/// `POST /directoryObjects/getByIds`: those of the objects that are there and of one of the types asked for.
pub(crate) fn get_by_ids(call: &Call<'_>) -> Result<Reply, GraphError> {
    let sight = sight(call);
    // Whoever may see nothing is told so.
    let action = if sight.groups {
        Action::ReadGroups
    } else {
        Action::ListUsers
    };
    let tenant = call.read(action, None)?;
    let members = call.members()?;
    let ids = ids(&members, "ids", MAXIMUM_IDS)?;
    let is_asked = |name: &str| match member(&members, "types") {
        Some(serde_json::Value::Array(types)) => types.iter().any(|one| {
            let one = one.as_str().unwrap_or_default();
            one.eq_ignore_ascii_case(name) || one.eq_ignore_ascii_case("directoryObject")
        }),
        _ => true,
    };
    let (users, groups) = (
        sight.users && is_asked("user"),
        sight.groups && is_asked("group"),
    );
    let objects = ids
        .into_iter()
        .filter_map(|id| Object::find(&tenant, id))
        .filter(|object| match object {
            Object::User(_) => users,
            Object::Group(..) => groups,
        });
    let writer = ObjectWriter {
        tenant: &tenant,
        book: LicenseBook::new(&call.graph.texts),
        selection: ObjectSelection::parse(None)?,
        sight,
        is_typed: true,
    };
    let mut strip = Strip::new();
    let mut out = Vec::with_capacity(4096);
    json::object(&mut out, |out| {
        call.write_context(out, &["directoryObjects"]);
        json::key(out, "value");
        json::array(out, objects, |out, object| {
            json::object(out, |out| writer.write(out, object, &mut strip));
        });
    });
    Ok(Reply::json(out))
}
