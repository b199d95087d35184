//! `$metadata`: the types in CSDL, from the same schema as everything else.

use std::{fmt::Write as _, sync::LazyLock};

use super::{
    render::{
        application::ApplicationEntity,
        device_management::{DeviceManagement, LimitAssignment, LimitConfiguration},
        directory_device::Device,
        domain::DomainEntity,
        group::GroupEntity,
        license::LicenseDetails,
        managed_device::ManagedDevice,
        organization::Organization,
        product::{CompanySubscription, SubscribedSku},
        role::{DirectoryRole, RoleAssignment, RoleDefinition},
        service_principal::{AppRoleAssignment, ServicePrincipal},
    },
    reply::Reply,
    schema::{
        DIRECTORY_AUDIT, ENROLLMENT_EVENT, ENUM_TYPES, Entity, Property, TROUBLESHOOTING_EVENT,
        USER, complex_types, properties_of,
    },
};

static DOCUMENT: LazyLock<String> = LazyLock::new(document);

/// `GET /$metadata`
pub(crate) fn metadata() -> Reply {
    Reply::xml(DOCUMENT.as_bytes().to_vec())
}

const OPENING: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityType Name="entity" Abstract="true">
        <Key>
          <PropertyRef Name="id" />
        </Key>
        <Property Name="id" Type="Edm.String" Nullable="false" />
      </EntityType>
      <EntityType Name="directoryObject" BaseType="graph.entity">
        <Property Name="deletedDateTime" Type="Edm.DateTimeOffset" />
      </EntityType>
"#;

const CLOSING: &str = r#"      <EntityType Name="directory" BaseType="graph.entity">
        <NavigationProperty Name="deletedItems" Type="Collection(graph.directoryObject)" ContainsTarget="true" />
        <NavigationProperty Name="subscriptions" Type="Collection(graph.companySubscription)" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="roleManagement">
        <NavigationProperty Name="directory" Type="graph.rbacApplication" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="rbacApplication" BaseType="graph.entity">
        <NavigationProperty Name="roleAssignments" Type="Collection(graph.unifiedRoleAssignment)" ContainsTarget="true" />
        <NavigationProperty Name="roleDefinitions" Type="Collection(graph.unifiedRoleDefinition)" ContainsTarget="true" />
      </EntityType>
      <Action Name="addKey" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.application" />
        <Parameter Name="keyCredential" Type="graph.keyCredential" Nullable="false" />
        <Parameter Name="passwordCredential" Type="graph.passwordCredential" />
        <Parameter Name="proof" Type="Edm.String" Nullable="false" />
        <ReturnType Type="graph.keyCredential" />
      </Action>
      <Action Name="addKey" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.servicePrincipal" />
        <Parameter Name="keyCredential" Type="graph.keyCredential" Nullable="false" />
        <Parameter Name="passwordCredential" Type="graph.passwordCredential" />
        <Parameter Name="proof" Type="Edm.String" Nullable="false" />
        <ReturnType Type="graph.keyCredential" />
      </Action>
      <Action Name="addPassword" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.application" />
        <Parameter Name="passwordCredential" Type="graph.passwordCredential" />
        <ReturnType Type="graph.passwordCredential" />
      </Action>
      <Action Name="addPassword" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.servicePrincipal" />
        <Parameter Name="passwordCredential" Type="graph.passwordCredential" />
        <ReturnType Type="graph.passwordCredential" />
      </Action>
      <Action Name="removeKey" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.application" />
        <Parameter Name="keyId" Type="Edm.Guid" Nullable="false" />
        <Parameter Name="proof" Type="Edm.String" Nullable="false" />
      </Action>
      <Action Name="removeKey" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.servicePrincipal" />
        <Parameter Name="keyId" Type="Edm.Guid" Nullable="false" />
        <Parameter Name="proof" Type="Edm.String" Nullable="false" />
      </Action>
      <Action Name="removePassword" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.application" />
        <Parameter Name="keyId" Type="Edm.Guid" Nullable="false" />
      </Action>
      <Action Name="removePassword" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.servicePrincipal" />
        <Parameter Name="keyId" Type="Edm.Guid" Nullable="false" />
      </Action>
      <Action Name="revokeSignInSessions" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.user" />
        <ReturnType Type="Edm.Boolean" />
      </Action>
      <Action Name="assignLicense" IsBound="true" EntitySetPath="bindingParameter">
        <Parameter Name="bindingParameter" Type="graph.user" />
        <Parameter Name="addLicenses" Type="Collection(graph.assignedLicense)" Nullable="false" />
        <Parameter Name="removeLicenses" Type="Collection(Edm.Guid)" Nullable="false" />
        <ReturnType Type="graph.user" />
      </Action>
      <Action Name="assignLicense" IsBound="true" EntitySetPath="bindingParameter">
        <Parameter Name="bindingParameter" Type="graph.group" />
        <Parameter Name="addLicenses" Type="Collection(graph.assignedLicense)" Nullable="false" />
        <Parameter Name="removeLicenses" Type="Collection(Edm.Guid)" Nullable="false" />
        <ReturnType Type="graph.group" />
      </Action>
      <Action Name="reprocessLicenseAssignment" IsBound="true" EntitySetPath="bindingParameter">
        <Parameter Name="bindingParameter" Type="graph.user" />
        <ReturnType Type="graph.user" />
      </Action>
      <Action Name="reprocessLicenseAssignment" IsBound="true" EntitySetPath="bindingParameter">
        <Parameter Name="bindingParameter" Type="graph.group" />
        <ReturnType Type="graph.group" />
      </Action>
      <Action Name="restore" IsBound="true" EntitySetPath="bindingParameter">
        <Parameter Name="bindingParameter" Type="graph.directoryObject" />
        <ReturnType Type="graph.directoryObject" />
      </Action>
      <Action Name="getMemberGroups" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.directoryObject" />
        <Parameter Name="securityEnabledOnly" Type="Edm.Boolean" />
        <ReturnType Type="Collection(Edm.String)" Nullable="false" />
      </Action>
      <Action Name="getMemberObjects" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.directoryObject" />
        <Parameter Name="securityEnabledOnly" Type="Edm.Boolean" />
        <ReturnType Type="Collection(Edm.String)" Nullable="false" />
      </Action>
      <Action Name="checkMemberGroups" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.directoryObject" />
        <Parameter Name="groupIds" Type="Collection(Edm.String)" Nullable="false" />
        <ReturnType Type="Collection(Edm.String)" Nullable="false" />
      </Action>
      <Action Name="checkMemberObjects" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.directoryObject" />
        <Parameter Name="ids" Type="Collection(Edm.String)" Nullable="false" />
        <ReturnType Type="Collection(Edm.String)" Nullable="false" />
      </Action>
      <Action Name="getByIds" IsBound="true">
        <Parameter Name="bindingParameter" Type="Collection(graph.directoryObject)" />
        <Parameter Name="ids" Type="Collection(Edm.String)" Nullable="false" />
        <Parameter Name="types" Type="Collection(Edm.String)" />
        <ReturnType Type="Collection(graph.directoryObject)" Nullable="false" />
      </Action>
      <Function Name="delta" IsBound="true">
        <Parameter Name="bindingParameter" Type="Collection(graph.user)" />
        <ReturnType Type="Collection(graph.user)" Nullable="false" />
      </Function>
      <Function Name="delta" IsBound="true">
        <Parameter Name="bindingParameter" Type="Collection(graph.group)" />
        <ReturnType Type="Collection(graph.group)" Nullable="false" />
      </Function>
      <Action Name="retire" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.managedDevice" />
      </Action>
      <Action Name="syncDevice" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.managedDevice" />
      </Action>
      <Action Name="assign" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.deviceEnrollmentConfiguration" />
        <Parameter Name="enrollmentConfigurationAssignments" Type="Collection(graph.enrollmentConfigurationAssignment)" />
      </Action>
      <Action Name="setPriority" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.deviceEnrollmentConfiguration" />
        <Parameter Name="priority" Type="Edm.Int32" Nullable="false" />
      </Action>
      <EntityContainer Name="GraphService">
        <EntitySet Name="applications" EntityType="microsoft.graph.application" />
        <EntitySet Name="devices" EntityType="microsoft.graph.device" />
        <EntitySet Name="directoryObjects" EntityType="microsoft.graph.directoryObject" />
        <EntitySet Name="directoryRoles" EntityType="microsoft.graph.directoryRole" />
        <EntitySet Name="domains" EntityType="microsoft.graph.domain" />
        <EntitySet Name="groups" EntityType="microsoft.graph.group" />
        <EntitySet Name="organization" EntityType="microsoft.graph.organization" />
        <EntitySet Name="servicePrincipals" EntityType="microsoft.graph.servicePrincipal" />
        <EntitySet Name="subscribedSkus" EntityType="microsoft.graph.subscribedSku" />
        <EntitySet Name="users" EntityType="microsoft.graph.user" />
        <Singleton Name="auditLogs" Type="microsoft.graph.auditLogRoot" />
        <Singleton Name="deviceManagement" Type="microsoft.graph.deviceManagement" />
        <Singleton Name="directory" Type="microsoft.graph.directory" />
        <Singleton Name="me" Type="microsoft.graph.user" />
        <Singleton Name="roleManagement" Type="microsoft.graph.roleManagement" />
      </EntityContainer>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
"#;

fn document() -> String {
    let mut out = OPENING.to_owned();
    entity(
        &mut out,
        "user",
        "directoryObject",
        &USER.properties,
        &[
            r#"<NavigationProperty Name="licenseDetails" Type="Collection(graph.licenseDetails)" ContainsTarget="true" />"#,
            r#"<NavigationProperty Name="managedDevices" Type="Collection(graph.managedDevice)" ContainsTarget="true" />"#,
            MEMBER_OF,
            r#"<NavigationProperty Name="ownedDevices" Type="Collection(graph.directoryObject)" />"#,
            r#"<NavigationProperty Name="registeredDevices" Type="Collection(graph.directoryObject)" />"#,
            TRANSITIVE_MEMBER_OF,
        ],
    );
    of::<GroupEntity>(
        &mut out,
        "directoryObject",
        &[
            MEMBER_OF,
            r#"<NavigationProperty Name="members" Type="Collection(graph.directoryObject)" />"#,
            r#"<NavigationProperty Name="membersWithLicenseErrors" Type="Collection(graph.directoryObject)" />"#,
            OWNERS,
            TRANSITIVE_MEMBER_OF,
            r#"<NavigationProperty Name="transitiveMembers" Type="Collection(graph.directoryObject)" />"#,
        ],
    );
    of::<Organization>(&mut out, "directoryObject", &[]);
    of::<SubscribedSku>(&mut out, "entity", &[]);
    of::<CompanySubscription>(&mut out, "entity", &[COMMERCE_KEY]);
    of::<LicenseDetails>(&mut out, "entity", &[]);
    of::<ApplicationEntity>(&mut out, "directoryObject", &[OWNERS]);
    of::<ServicePrincipal>(
        &mut out,
        "directoryObject",
        &[
            r#"<NavigationProperty Name="appRoleAssignedTo" Type="Collection(graph.appRoleAssignment)" ContainsTarget="true" />"#,
            r#"<NavigationProperty Name="appRoleAssignments" Type="Collection(graph.appRoleAssignment)" ContainsTarget="true" />"#,
            OWNERS,
        ],
    );
    of::<AppRoleAssignment>(&mut out, "directoryObject", &[]);
    of::<DomainEntity>(&mut out, "entity", &[]);
    of::<DirectoryRole>(
        &mut out,
        "directoryObject",
        &[r#"<NavigationProperty Name="members" Type="Collection(graph.directoryObject)" />"#],
    );
    of::<RoleDefinition>(&mut out, "entity", &[]);
    of::<RoleAssignment>(&mut out, "entity", &[]);
    devices(&mut out);
    logs(&mut out);
    for complex_type in complex_types() {
        let base = complex_type
            .base
            .map(|base| format!(r#" BaseType="graph.{base}""#))
            .unwrap_or_default();
        let name = complex_type.name;
        line(
            &mut out,
            6,
            &format!(r#"<ComplexType Name="{name}"{base}>"#),
        );
        for property in complex_type.properties {
            write_property(&mut out, property);
        }
        line(&mut out, 6, "</ComplexType>");
    }
    for kind in ENUM_TYPES {
        line(&mut out, 6, &format!(r#"<EnumType Name="{}">"#, kind.name));
        for (word, number) in kind.members {
            let member = format!(r#"<Member Name="{word}" Value="{number}" />"#);
            line(&mut out, 8, &member);
        }
        line(&mut out, 6, "</EnumType>");
    }
    out.push_str(CLOSING);
    out
}

/// Devices, and how they are managed.
fn devices(out: &mut String) {
    of::<Device>(out, "directoryObject", &[]);
    of::<ManagedDevice>(out, "entity", &[]);
    of::<DeviceManagement>(
        out,
        "entity",
        &[
            r#"<NavigationProperty Name="deviceEnrollmentConfigurations" Type="Collection(graph.deviceEnrollmentConfiguration)" ContainsTarget="true" />"#,
            r#"<NavigationProperty Name="managedDevices" Type="Collection(graph.managedDevice)" ContainsTarget="true" />"#,
            r#"<NavigationProperty Name="troubleshootingEvents" Type="Collection(graph.deviceManagementTroubleshootingEvent)" ContainsTarget="true" />"#,
        ],
    );
    // Of the kinds of enrollment configurations there is one; its limit is all that is its own.
    let all = properties_of::<LimitConfiguration>();
    let (own, common): (Vec<Property>, Vec<Property>) =
        all.iter().partition(|property| property.name == "limit");
    entity(
        out,
        "deviceEnrollmentConfiguration",
        "entity",
        &common,
        &[
            r#"<NavigationProperty Name="assignments" Type="Collection(graph.enrollmentConfigurationAssignment)" ContainsTarget="true" />"#,
        ],
    );
    entity(
        out,
        LimitConfiguration::NAME,
        "deviceEnrollmentConfiguration",
        &own,
        &[],
    );
    of::<LimitAssignment>(out, "entity", &[]);
}

/// What happened.
fn logs(out: &mut String) {
    entity(
        out,
        "auditLogRoot",
        "entity",
        &[],
        &[
            r#"<NavigationProperty Name="directoryAudits" Type="Collection(graph.directoryAudit)" ContainsTarget="true" />"#,
        ],
    );
    entity(out, "directoryAudit", "entity", DIRECTORY_AUDIT, &[]);
    let event = "deviceManagementTroubleshootingEvent";
    entity(out, event, "entity", TROUBLESHOOTING_EVENT, &[]);
    let of_enrollment = "enrollmentTroubleshootingEvent";
    entity(out, of_enrollment, event, ENROLLMENT_EVENT, &[]);
}

const MEMBER_OF: &str =
    r#"<NavigationProperty Name="memberOf" Type="Collection(graph.directoryObject)" />"#;
const OWNERS: &str =
    r#"<NavigationProperty Name="owners" Type="Collection(graph.directoryObject)" />"#;
const TRANSITIVE_MEMBER_OF: &str =
    r#"<NavigationProperty Name="transitiveMemberOf" Type="Collection(graph.directoryObject)" />"#;

/// The second key of subscriptions.
const COMMERCE_KEY: &str = r#"<Annotation Term="Org.OData.Core.V1.AlternateKeys">
          <Collection>
            <Record>
              <PropertyValue Property="Key">
                <Collection>
                  <Record>
                    <PropertyValue Property="Name" PropertyPath="commerceSubscriptionId" />
                    <PropertyValue Property="Alias" String="commerceSubscriptionId" />
                  </Record>
                </Collection>
              </PropertyValue>
            </Record>
          </Collection>
        </Annotation>"#;

fn of<E: Entity>(out: &mut String, base: &str, more: &[&str]) {
    entity(out, E::NAME, base, &properties_of::<E>(), more);
}

fn entity(out: &mut String, name: &str, base: &str, properties: &[Property], more: &[&str]) {
    line(
        out,
        6,
        &format!(r#"<EntityType Name="{name}" BaseType="graph.{base}">"#),
    );
    let inherited = |property: &&Property| match property.name {
        "id" => true,
        "deletedDateTime" => base == "directoryObject",
        _ => false,
    };
    for property in properties.iter().filter(|property| !inherited(property)) {
        write_property(out, property);
    }
    for text in more {
        line(out, 8, text);
    }
    line(out, 6, "</EntityType>");
}

fn write_property(out: &mut String, property: &Property) {
    let kind = if property.collection {
        format!("Collection({})", property.kind.edm())
    } else {
        property.kind.edm()
    };
    let nullable = if property.nullable {
        ""
    } else {
        r#" Nullable="false""#
    };
    line(
        out,
        8,
        &format!(
            r#"<Property Name="{}" Type="{kind}"{nullable} />"#,
            property.name
        ),
    );
}

fn line(out: &mut String, indent: usize, text: &str) {
    // Writing to memory cannot fail.
    let _ = writeln!(out, "{:indent$}{text}", "");
}
