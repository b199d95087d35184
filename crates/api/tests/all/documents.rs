//! What is made from the tables: `$metadata` and the documentation.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use roxmltree::{Document, Node};

use crate::{conventions::routes, world::World};

#[test]
fn metadata_needs_no_token() {
    let world = World::new();
    let request = Request::builder()
        .uri("/v1.0/$metadata")
        .body(Body::empty())
        .unwrap();
    let answer = world.send(request);
    assert_eq!(answer.headers["content-type"], "application/xml");
    insta::assert_snapshot!("metadata", answer.shown());
}

fn metadata() -> String {
    let request = Request::builder()
        .uri("/v1.0/$metadata")
        .body(Body::empty())
        .unwrap();
    String::from_utf8(World::new().send(request).body).unwrap()
}

/// `$metadata`, taken apart.
struct Model<'d> {
    document: &'d Document<'d>,
}

impl<'d> Model<'d> {
    fn elements(&self, names: &[&str]) -> Vec<Node<'d, 'd>> {
        let is_wanted = |node: &Node<'_, '_>| names.contains(&node.tag_name().name());
        self.document.descendants().filter(is_wanted).collect()
    }

    fn find(&self, type_name: &str) -> Option<Node<'d, 'd>> {
        let types = self.elements(&["EntityType", "ComplexType", "EnumType"]);
        types
            .into_iter()
            .find(|node| node.attribute("Name") == Some(type_name))
    }

    /// A type and those that it is derived from.
    fn line(&self, type_name: &str) -> Vec<Node<'d, 'd>> {
        let mut line = Vec::new();
        let mut next = self.find(type_name);
        while let Some(node) = next {
            assert!(line.len() < 8, "{type_name} is derived from itself");
            line.push(node);
            next = node.attribute("BaseType").map(|base| {
                self.find(plain(base))
                    .unwrap_or_else(|| panic!("{base} is not described"))
            });
        }
        line
    }

    /// The type of a property of a type or of those that it is derived from.
    fn member(&self, type_name: &str, name: &str) -> Option<&'d str> {
        let line = self.line(type_name);
        let members = line.iter().flat_map(Node::children);
        let is_wanted = |node: &Node<'_, '_>| {
            let found = node.attribute("Name");
            found.is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        members.into_iter().find(is_wanted)?.attribute("Type")
    }

    /// Whether an operation is bound to a type, or to one that it is derived from, or to a collection of them.
    fn has_operation(&self, bound_to: &str, name: &str) -> bool {
        let line = self.line(plain(bound_to));
        let types = line.iter().filter_map(|node| node.attribute("Name"));
        let wanted: BTreeSet<String> = types
            .map(|name| {
                if bound_to.starts_with("Collection(") {
                    format!("Collection(graph.{name})")
                } else {
                    format!("graph.{name}")
                }
            })
            .collect();
        self.elements(&["Action", "Function"])
            .iter()
            .any(|operation| {
                let bound = operation
                    .children()
                    .find(|node| node.tag_name().name() == "Parameter");
                let bound = bound.and_then(|parameter| parameter.attribute("Type"));
                operation
                    .attribute("Name")
                    .is_some_and(|found| found.eq_ignore_ascii_case(name))
                    && bound.is_some_and(|bound| wanted.contains(bound))
            })
    }

    /// Why a path is not that of the model; nothing if it is.
    fn objection(&self, template: &str) -> Option<String> {
        let mut segments =
            template
                .split('/')
                .skip(1)
                .map(|segment| match segment.split_once('(') {
                    Some((name, _)) => (name, true),
                    None => (segment, false),
                });
        let (set, has_key) = segments.next()?;
        let roots = self.elements(&["EntitySet", "Singleton"]);
        let root = roots
            .iter()
            .find(|node| node.attribute("Name") == Some(set));
        let Some(root) = root else {
            return Some(format!("there is no entity set {set}"));
        };
        let entity = root
            .attribute("EntityType")
            .map(|name| format!("Collection({name})"));
        let mut current = entity.unwrap_or_else(|| root.attribute("Type").unwrap().to_owned());
        if has_key {
            current = plain(&current).to_owned();
        }
        for (segment, has_key) in segments {
            if segment.starts_with('{') {
                current = plain(&current).to_owned();
            } else if let Some(cast) = segment.strip_prefix("microsoft.graph.") {
                let line = self.line(cast);
                if !line
                    .iter()
                    .any(|node| node.attribute("Name") == Some(plain(&current)))
                {
                    return Some(format!("{cast} is not derived from {current}"));
                }
                current = if current.starts_with("Collection(") {
                    format!("Collection(graph.{cast})")
                } else {
                    cast.to_owned()
                };
            } else if let Some(kind) = self.member(plain(&current), segment) {
                kind.clone_into(&mut current);
                if has_key {
                    current = plain(&current).to_owned();
                }
            } else if segment != "$count"
                && segment != "$ref"
                && !self.has_operation(&current, segment)
            {
                return Some(format!("{current} has no {segment}"));
            }
        }
        None
    }
}

/// The name of a type without namespace and collection.
fn plain(kind: &str) -> &str {
    let inner = kind
        .strip_prefix("Collection(")
        .and_then(|kind| kind.strip_suffix(')'));
    let name = inner.unwrap_or(kind);
    name.rsplit('.').next().unwrap_or(name)
}

#[test]
fn metadata_describes_every_type_that_it_names_once() {
    let text = metadata();
    let document = Document::parse(&text).unwrap();
    let model = Model {
        document: &document,
    };
    for node in document.descendants() {
        for attribute in ["Type", "BaseType", "EntityType"] {
            let Some(kind) = node.attribute(attribute) else {
                continue;
            };
            let is_primitive = kind.trim_start_matches("Collection(").starts_with("Edm.");
            assert!(
                is_primitive || model.find(plain(kind)).is_some(),
                "{kind} is not described"
            );
        }
        let mut names = BTreeSet::new();
        for child in node.children().filter(Node::is_element) {
            // Operations of the same name differ in what they are bound to.
            let bound = child
                .first_element_child()
                .and_then(|first| first.attribute("Type"));
            let bound = bound.filter(|_| ["Action", "Function"].contains(&child.tag_name().name()));
            if let Some(name) = child.attribute("Name") {
                assert!(names.insert((name, bound)), "{name} stands twice");
            }
        }
    }
    for node in model.elements(&["EntityType", "ComplexType"]) {
        let name = node.attribute("Name").unwrap();
        let mut members = BTreeSet::new();
        for member in model.line(name).iter().flat_map(Node::children) {
            if let Some(member) = member.attribute("Name") {
                assert!(members.insert(member), "{name} has {member} twice");
            }
        }
    }
}

#[test]
fn metadata_describes_every_path() {
    let text = metadata();
    let document = Document::parse(&text).unwrap();
    let model = Model {
        document: &document,
    };
    let objections: Vec<String> = routes()
        .into_iter()
        .map(|(_, template)| template)
        // What Graph has no path for, and what belongs to the protocol.
        .filter(|template| !template.starts_with("/zetel/") && !template.starts_with("/$"))
        .filter_map(|template| Some(format!("{template}: {}", model.objection(&template)?)))
        .collect();
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

/// A page that is made; `ZETEL_UPDATE_DOCS=1` writes it anew.
fn is_written(name: &str, expected: &str) {
    let path = format!("{}/../../docs/reference/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("ZETEL_UPDATE_DOCS").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written, expected,
        "docs/reference/{name} is not up to date; run this test with ZETEL_UPDATE_DOCS=1"
    );
}

#[test]
fn the_coverage_page_is_that_of_the_route_table() {
    is_written("graph-coverage.md", &zetel_api::coverage_document());
}

#[test]
fn the_parity_page_says_what_clients_used() {
    is_written("graph-parity.md", &zetel_api::parity_document());
}
