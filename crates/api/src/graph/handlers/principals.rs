//! Users and service principals, who can have directory roles and own applications.

use uuid::Uuid;
use zetel_domain::Tenant;

use crate::graph::{
    call::Call,
    error::GraphError,
    json, references,
    relations::Object,
    render::{
        application::CREDENTIALS,
        license::LicenseBook,
        object::{ObjectSelection, ObjectWriter, Sight},
        service_principal::{PrincipalRow, ServicePrincipal},
        strip::Strip,
    },
    reply::Reply,
    schema::Selection,
};

/// Lists those of the ids that are there: users, then service principals.
pub(super) fn list(call: &Call<'_>, tenant: &Tenant, ids: &[Uuid]) -> Result<Reply, GraphError> {
    let users = ids.iter().filter_map(|id| Object::find(tenant, *id));
    let principals = PrincipalRow::all(tenant).into_iter();
    let principals = principals.filter(|row| ids.contains(&row.id()));
    let writer = ObjectWriter {
        tenant,
        book: LicenseBook::new(&call.graph.texts),
        selection: ObjectSelection::parse(call.options.select.as_deref())?,
        sight: Sight::ALL,
        is_typed: true,
    };
    let selection = Selection::<ServicePrincipal>::without(CREDENTIALS);
    let mut strip = Strip::new();
    let mut out = Vec::with_capacity(2048);
    json::object(&mut out, |out| {
        call.write_context(out, &["directoryObjects", &writer.selection.context]);
        json::key(out, "value");
        let all = users
            .map(Shown::Object)
            .chain(principals.map(Shown::Principal));
        json::array(out, all, |out, shown| {
            json::object(out, |out| match shown {
                Shown::Object(object) => writer.write(out, object, &mut strip),
                Shown::Principal(row) => {
                    json::key(out, "@odata.type");
                    json::string(out, "#microsoft.graph.servicePrincipal");
                    selection.write(out, &row);
                }
            });
        });
    });
    Ok(Reply::json(out))
}

/// One of a list.
enum Shown<'a> {
    Object(Object<'a>),
    Principal(PrincipalRow<'a>),
}

/// The user or service principal that the reference in the body names.
pub(super) fn referred(call: &Call<'_>, tenant: &Tenant) -> Result<Uuid, GraphError> {
    let body = call.body.as_ref().map_err(Clone::clone)?;
    references::single(tenant, body).or_else(|error| {
        let id = references::object_id(body)?;
        let mut principals = PrincipalRow::all(tenant).into_iter();
        principals
            .any(|row| row.id() == id)
            .then_some(id)
            .ok_or(error)
    })
}
