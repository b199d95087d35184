//! A client that keeps a copy of users or groups by delta queries, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use uuid::Uuid;
use zetel_domain::user::{NewUser, UserProperty};

use super::{Answer, World, ask};

/// So many users with ids of their own.
pub fn crowd(number: u32) -> Vec<NewUser> {
    let user = |number: u32| {
        let name = format!("crowd{number}");
        NewUser {
            id: Some(Uuid::from_u128(0xc000_0000 + u128::from(number))),
            account_enabled: true,
            properties: [
                (UserProperty::DisplayName, name.as_str().into()),
                (UserProperty::MailNickname, name.as_str().into()),
                (
                    UserProperty::UserPrincipalName,
                    format!("{name}@contoso.nl").as_str().into(),
                ),
            ]
            .into(),
            ..NewUser::default()
        }
    };
    (0..number).map(user).collect()
}

/// How many members of groups are on a page.
pub fn members_on(page: &Value) -> usize {
    let objects = page["value"].as_array().unwrap().iter();
    objects
        .filter_map(|object| Some(object["members@delta"].as_array()?.len()))
        .sum()
}

/// A copy.
pub struct Copy {
    first: String,
    prefer: String,
    /// The next page, or the next round.
    link: String,
    /// The links of rounds so far.
    rounds: Vec<String>,
    is_complete: bool,
    /// Properties by id.
    pub objects: BTreeMap<String, Map<String, Value>>,
    /// Members by id of the group.
    members: BTreeMap<String, BTreeSet<String>>,
    /// How often it had to start again.
    pub resets: u32,
}

impl Copy {
    /// An empty one, which is filled from a path.
    pub fn new(first: &str, prefer: &str) -> Self {
        Self {
            first: first.to_owned(),
            prefer: prefer.to_owned(),
            link: first.to_owned(),
            rounds: Vec::new(),
            is_complete: false,
            objects: BTreeMap::new(),
            members: BTreeMap::new(),
            resets: 0,
        }
    }

    pub const fn is_complete(&self) -> bool {
        self.is_complete
    }

    pub const fn begin_round(&mut self) {
        self.is_complete = false;
    }

    /// Goes back to the link of an earlier round, as a client does that lost what came after it.
    pub fn go_back(&mut self, which: usize) {
        if let Some(link) = self.rounds.get(which % self.rounds.len().max(1)) {
            self.link.clone_from(link);
        }
    }

    pub fn members_of(&self, group: Uuid) -> BTreeSet<String> {
        self.members
            .get(&group.to_string())
            .cloned()
            .unwrap_or_default()
    }

    /// Reads the next page.
    pub fn read_page(&mut self, world: &World) -> Value {
        let answer = ask(world, &self.link, &self.prefer);
        if answer.status == 410 {
            self.start_again(&answer);
            return Value::Null;
        }
        assert_eq!(answer.status, 200, "{}", answer.shown());
        let page = answer.json();
        for object in page["value"].as_array().unwrap() {
            self.take(object.as_object().unwrap());
        }
        match (
            page["@odata.nextLink"].as_str(),
            page["@odata.deltaLink"].as_str(),
        ) {
            (Some(next), None) => next.clone_into(&mut self.link),
            (None, Some(round)) => {
                round.clone_into(&mut self.link);
                self.rounds.push(round.to_owned());
                self.is_complete = true;
            }
            links => panic!("one link: {links:?}"),
        }
        page
    }

    /// Reads the rest of this round, and a whole one after it.
    pub fn catch_up(&mut self, world: &World) {
        for _ in 0..2 {
            self.begin_round();
            while !self.is_complete {
                self.read_page(world);
            }
        }
    }

    fn start_again(&mut self, answer: &Answer) {
        let (_, code, _) = answer.error();
        assert!(
            ["syncStateNotFound", "resyncRequired"].contains(&code.as_str()),
            "{code}"
        );
        let location = answer.headers["location"].to_str().unwrap().to_owned();
        *self = Self {
            resets: self.resets + 1,
            link: location,
            ..Self::new(&self.first, &self.prefer)
        };
    }

    fn take(&mut self, object: &Map<String, Value>) {
        let id = object["id"].as_str().unwrap().to_owned();
        if object.contains_key("@removed") {
            assert_eq!(object.len(), 2, "{object:?}");
            self.objects.remove(&id);
            self.members.remove(&id);
            return;
        }
        for member in object
            .get("members@delta")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let members = self.members.entry(id.clone()).or_default();
            let member_id = member["id"].as_str().unwrap();
            if member.get("@removed").is_some() {
                members.remove(member_id);
            } else {
                members.insert(member_id.to_owned());
            }
        }
        let is_minimal = self.prefer.contains("return=minimal");
        let kept = if is_minimal {
            self.objects.remove(&id)
        } else {
            None
        };
        let mut properties = kept.unwrap_or_default();
        let news = object.iter().filter(|(name, _)| *name != "members@delta");
        properties.extend(news.map(|(name, value)| (name.clone(), value.clone())));
        self.objects.insert(id, properties);
    }

    /// What has a value, which is all that a copy is about.
    pub fn values(&self) -> BTreeMap<String, Map<String, Value>> {
        let each = self.objects.iter();
        each.map(|(id, object)| (id.clone(), with_values(object)))
            .collect()
    }

    /// The members of groups that have any.
    pub fn all_members(&self) -> BTreeMap<String, BTreeSet<String>> {
        let some = self
            .members
            .iter()
            .filter(|(_, members)| !members.is_empty());
        some.map(|(id, members)| (id.clone(), members.clone()))
            .collect()
    }
}

/// An object without what has no value.
pub fn with_values(object: &Map<String, Value>) -> Map<String, Value> {
    let is_nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let some = object.iter().filter(|(_, value)| !is_nothing(value));
    some.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
