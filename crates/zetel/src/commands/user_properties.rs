//! Properties of users: from options and cells to Graph's JSON.

use serde_json::{Map, Value, json};

use crate::cli::users::{PasswordArgs, PropertyArgs};
use crate::client::connection::{secret_from_file, setting};
use crate::error::CliError;

/// The properties that were given, by Graph's names. An empty text is null, which clears a property.
pub fn given(args: &PropertyArgs) -> Map<String, Value> {
    let texts = [
        ("displayName", &args.display_name),
        ("givenName", &args.given_name),
        ("surname", &args.surname),
        ("mailNickname", &args.mail_nickname),
        ("usageLocation", &args.usage_location),
        ("department", &args.department),
        ("jobTitle", &args.job_title),
        ("companyName", &args.company_name),
        ("officeLocation", &args.office_location),
        ("city", &args.city),
        ("country", &args.country),
        ("employeeId", &args.employee_id),
        ("preferredLanguage", &args.preferred_language),
    ];
    let mut properties = Map::new();
    for (name, text) in texts {
        if let Some(text) = text {
            properties.insert(
                name.to_owned(),
                if text.is_empty() {
                    Value::Null
                } else {
                    json!(text)
                },
            );
        }
    }
    if let Some(enabled) = args.account_enabled {
        properties.insert("accountEnabled".to_owned(), json!(enabled));
    }
    properties
}

/// The body that creates a user (licensing.md 1.3): what Graph requires and was not given follows from the sign-in name.
pub fn new_user(
    user_principal_name: &str,
    given: Map<String, Value>,
    password: &str,
    keep_password: bool,
) -> Value {
    let alias = user_principal_name.split('@').next().unwrap_or_default();
    let mut body = Map::new();
    body.insert("accountEnabled".to_owned(), json!(true));
    body.insert("displayName".to_owned(), json!(alias));
    body.insert("mailNickname".to_owned(), json!(alias));
    body.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
    body.insert("userPrincipalName".to_owned(), json!(user_principal_name));
    let profile = json!({ "password": password, "forceChangePasswordNextSignIn": !keep_password });
    body.insert("passwordProfile".to_owned(), profile);
    Value::Object(body)
}

/// The password for new users from a file or the environment, if there is one.
pub fn password(args: &PasswordArgs) -> Result<Option<String>, CliError> {
    match &args.password_file {
        Some(file) => secret_from_file(file).map(Some),
        None => Ok(setting("ZETEL_NEW_PASSWORD")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{given, new_user};
    use crate::cli::users::PropertyArgs;

    #[test]
    fn what_graph_requires_follows_from_the_name() {
        let args = PropertyArgs {
            surname: Some("Jansen".to_owned()),
            city: Some(String::new()),
            ..PropertyArgs::default()
        };
        assert_eq!(
            new_user("ann@contoso.com", given(&args), "s3cret", false),
            json!({
                "accountEnabled": true, "displayName": "ann", "mailNickname": "ann", "surname": "Jansen",
                "userPrincipalName": "ann@contoso.com",
                "passwordProfile": { "password": "s3cret", "forceChangePasswordNextSignIn": true },
            })
        );
    }

    #[test]
    fn an_empty_option_clears_the_property() {
        let args = PropertyArgs {
            city: Some(String::new()),
            account_enabled: Some(false),
            ..PropertyArgs::default()
        };
        assert_eq!(
            json!(given(&args)),
            json!({ "city": null, "accountEnabled": false })
        );
    }
}
