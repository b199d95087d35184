//! What the demonstration tells its user: addresses, credentials, and programs that work as printed.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use crate::{error::CliError, server::Certificates};

/// Everything that a client needs.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct Access {
    /// Graph without `/v1.0`, and the token service.
    pub url: String,
    /// The tenant's id.
    pub tenant: String,
    /// The application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// PEM with its private key and certificate.
    pub client_certificate: PathBuf,
    /// PEM of the authority to trust; absent over plain HTTP.
    pub authority: Option<PathBuf>,
    /// The tenant's domain.
    pub domain: String,
    /// Who administers it.
    pub administrator: String,
    /// The password.
    pub password: String,
}

impl Access {
    /// The text from which [`Access::from_json`] reads it again.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads what [`Access::to_json`] wrote.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Names and values of shell variables.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let path = |path: &PathBuf| path.display().to_string();
        vec![
            ("ZETEL_URL", self.url.clone()),
            ("ZETEL_AUTHORITY", self.url.clone()),
            ("ZETEL_TENANT_ID", self.tenant.clone()),
            ("ZETEL_CLIENT_ID", self.client_id.clone()),
            ("ZETEL_CLIENT_SECRET", self.client_secret.clone()),
            ("ZETEL_CLIENT_CERT", path(&self.client_certificate)),
            (
                "ZETEL_CA",
                self.authority.as_ref().map(path).unwrap_or_default(),
            ),
            ("ZETEL_DOMAIN", self.domain.clone()),
            ("ZETEL_ADMIN_UPN", self.administrator.clone()),
            ("ZETEL_ADMIN_PASSWORD", self.password.clone()),
        ]
    }
}

/// Shell text that sets the variables.
fn shell(access: &Access) -> String {
    let quoted = |value: &str| format!("'{}'", value.replace('\'', r"'\''"));
    let mut text = String::new();
    for (name, value) in access.variables() {
        text.extend(["export ", name, "=", &quoted(&value), "\n"]);
    }
    text
}

/// Writes the variables to a file that only its owner may read.
pub fn write_variables(access: &Access, path: &std::path::Path) -> Result<(), CliError> {
    crate::server::write_private(path, &shell(access))
}

/// Prints how to use the demonstration.
pub fn print(out: &mut impl Write, access: &Access, certificates: &Certificates) -> io::Result<()> {
    let trusted = certificates.authority.is_some();
    writeln!(out, "Contoso is up.\n")?;
    writeln!(out, "Graph            {}/v1.0", access.url)?;
    writeln!(out, "Token service    {}/{}", access.url, access.tenant)?;
    if let Some(authority) = &access.authority {
        writeln!(out, "Authority (PEM)  {}", authority.display())?;
    }
    writeln!(
        out,
        "Administrator    {}  {}",
        access.administrator, access.password
    )?;
    writeln!(
        out,
        "Application      {}  {}",
        access.client_id, access.client_secret
    )?;
    writeln!(
        out,
        "Certificate      {}",
        access.client_certificate.display()
    )?;
    if !trusted {
        return Ok(());
    }
    writeln!(
        out,
        "\nPython, after `pip install azure-identity msgraph-sdk`:\n"
    )?;
    writeln!(out, "{}", indented(&python(access)))?;
    writeln!(out, "Azure CLI, after `pip install azure-cli`:\n")?;
    writeln!(out, "{}", indented(&azure_cli(access)))?;
    writeln!(
        out,
        "Press Ctrl+C to end. What to try next is in docs/guides/demo.md."
    )
}

fn indented(program: &str) -> String {
    program
        .lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("    {line}\n")
            }
        })
        .collect()
}

fn authority(access: &Access) -> String {
    access
        .authority
        .as_ref()
        .map(|path| path.display().to_string())
        .unwrap_or_default()
}

fn python(access: &Access) -> String {
    let Access {
        url,
        tenant,
        client_id,
        client_secret,
        domain,
        ..
    } = access;
    let ca = authority(access);
    format!(
        r#"import asyncio
import ssl
from uuid import UUID, uuid4

import httpx
from azure.identity.aio import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.assigned_license import AssignedLicense
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.user import User
from msgraph.generated.users.item.assign_license.assign_license_post_request_body import AssignLicensePostRequestBody

URL, CA = "{url}", "{ca}"
EMS = UUID("efccb6f7-5641-4e0e-bd10-b4976e1bf68e")
INTUNE_A = UUID("c1ec4a95-1f05-45b3-a911-aa3fa01094f5")

async def main():
    credential = ClientSecretCredential(
        "{tenant}", "{client_id}", "{client_secret}",
        authority=URL, disable_instance_discovery=True, connection_verify=CA)
    provider = AzureIdentityAuthenticationProvider(credential, allowed_hosts=[httpx.URL(URL).host],
        scopes=["https://graph.microsoft.com/.default"])
    tls = ssl.create_default_context(cafile=CA)
    async with credential, httpx.AsyncClient(verify=tls) as client:
        adapter = GraphRequestAdapter(provider, client=client)
        adapter.base_url = URL + "/v1.0"
        graph = GraphServiceClient(request_adapter=adapter)
        alias = "test" + uuid4().hex[:8]
        user = await graph.users.post(User(
            account_enabled=True, display_name="Test User", mail_nickname=alias, usage_location="NL",
            user_principal_name=alias + "@{domain}", password_profile=PasswordProfile(password="Pa55-" + uuid4().hex)))
        await graph.users.by_user_id(user.id).assign_license.post(AssignLicensePostRequestBody(
            add_licenses=[AssignedLicense(sku_id=EMS, disabled_plans=[INTUNE_A])], remove_licenses=[]))
        for detail in (await graph.users.by_user_id(user.id).license_details.get()).value:
            for plan in detail.service_plans:
                print(detail.sku_part_number, plan.service_plan_name, plan.provisioning_status)
        for sku in (await graph.subscribed_skus.get()).value:
            print(sku.sku_part_number, sku.consumed_units, "of", sku.prepaid_units.enabled)

asyncio.run(main())
"#
    )
}

fn azure_cli(access: &Access) -> String {
    let Access {
        url,
        tenant,
        client_id,
        client_secret,
        domain,
        ..
    } = access;
    let ca = authority(access);
    format!(
        r#"export REQUESTS_CA_BUNDLE='{ca}' AZURE_CONFIG_DIR="${{AZURE_CONFIG_DIR:-$HOME/.azure-zetel}}"
export AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=false
az cloud register --name Zetel --skip-endpoint-discovery --endpoint-resource-manager https://arm.invalid/ \
  --endpoint-active-directory {url} --endpoint-active-directory-resource-id https://management.core.windows.net/ \
  --endpoint-microsoft-graph-resource-id {url}/ --endpoint-active-directory-graph-resource-id {url}/
az cloud set --name Zetel
az login --service-principal --username {client_id} --password '{client_secret}' \
  --tenant {tenant} --skip-subscription-discovery --allow-no-subscriptions
name="az$RANDOM$RANDOM"
az ad user create --display-name "Az User" --user-principal-name "$name@{domain}" --password "Pa55-word-$name"
az rest --method patch --url "{url}/v1.0/users/$name@{domain}" --body '{{"usageLocation":"NL"}}'
az rest --method post --url "{url}/v1.0/users/$name@{domain}/assignLicense" --body \
  '{{"addLicenses":[{{"skuId":"efccb6f7-5641-4e0e-bd10-b4976e1bf68e","disabledPlans":["c1ec4a95-1f05-45b3-a911-aa3fa01094f5"]}}],"removeLicenses":[]}}'
az rest --method get --url "{url}/v1.0/users/$name@{domain}/licenseDetails"
az rest --method get --url "{url}/v1.0/subscribedSkus" --query 'value[].[skuPartNumber,consumedUnits]' --output table
"#
    )
}
