//! `/directoryObjects`: objects of whichever type.

use uuid::Uuid;
use zetel_domain::{Tenant, access::Action};

use super::{
    memberships::{find_object, ids, member, read_object},
    related::sight,
};
use crate::graph::{
    call::Call,
    credentials::Credentials,
    error::GraphError,
    json,
    relations::Object,
    render::{
        application::{ApplicationEntity, ApplicationRow, CREDENTIALS},
        license::LicenseBook,
        object::{ObjectSelection, ObjectWriter, Sight},
        service_principal::{PrincipalRow, ServicePrincipal},
        strip::Strip,
    },
    reply::Reply,
    schema::Selection,
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
    let sees_applications = call.read(Action::ReadApplications, None).is_ok();
    // Whoever may see nothing is told so.
    let action = match (sight.groups, sees_applications) {
        (true, _) => Action::ReadGroups,
        (false, true) => Action::ReadApplications,
        (false, false) => Action::ListUsers,
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
    let (applications, principals) = (
        sees_applications && is_asked("application"),
        sees_applications && is_asked("servicePrincipal"),
    );
    let programs: Vec<Program<'_>> = ids
        .iter()
        .filter_map(|id| Program::find(&tenant, *id))
        .filter(|program| match program {
            Program::Application(_) => applications,
            Program::Principal(_) => principals,
        })
        .collect();
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
        let objects = objects.map(Found::Object);
        let programs = programs.into_iter().map(Found::Program);
        json::array(out, objects.chain(programs), |out, found| {
            json::object(out, |out| match found {
                Found::Object(object) => writer.write(out, object, &mut strip),
                Found::Program(program) => write_program(out, &program),
            });
        });
    });
    Ok(Reply::json(out))
}

enum Found<'a> {
    Object(Object<'a>),
    Program(Program<'a>),
}

/// An application or a service principal.
enum Program<'a> {
    Application(ApplicationRow<'a>),
    Principal(PrincipalRow<'a>),
}

impl<'a> Program<'a> {
    fn find(tenant: &'a Tenant, id: Uuid) -> Option<Self> {
        if let Some(application) = tenant.applications().get(&id) {
            return Some(Self::Application(ApplicationRow {
                tenant,
                application,
                credentials: Credentials::NONE,
            }));
        }
        let mut principals = PrincipalRow::all(tenant).into_iter();
        principals.find(|row| row.id() == id).map(Self::Principal)
    }
}

/// Appends what a list of objects shows of a program: not its credentials.
fn write_program(out: &mut Vec<u8>, program: &Program<'_>) {
    json::key(out, "@odata.type");
    match program {
        Program::Application(row) => {
            json::string(out, "#microsoft.graph.application");
            Selection::<ApplicationEntity>::without(CREDENTIALS).write(out, row);
        }
        Program::Principal(row) => {
            json::string(out, "#microsoft.graph.servicePrincipal");
            Selection::<ServicePrincipal>::without(CREDENTIALS).write(out, row);
        }
    }
}
