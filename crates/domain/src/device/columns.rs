//! All devices of a tenant in columns: sixty-four devices share a chunk, so that a change copies one chunk.

use uuid::Uuid;

use super::{
    Build, DeviceDetails, DeviceHead, DeviceOrdinal, Platform,
    details::{PackedDetails, is_telling},
    words::{Agent, EnrollmentType, ManagementState, Ownership, RegistrationState, Reported},
};
use crate::{
    state::{Bits, HashIndex, Lists, Paged, Tally, hash_bytes, hash_folded},
    time::Timestamp,
    user::UserOrdinal,
};

/// Devices per chunk, and users per chunk of lists.
const CHUNK: usize = 64;
/// So many devices of one user are a crowd: few users have them, and no usual limit is lower.
const CROWD: u8 = 5;
/// In the column of users: nobody.
const NOBODY: u32 = u32::MAX;

/// A [`DeviceHead`] in 24 bytes; what few devices have is in front of the details.
#[derive(Clone, Copy, Debug, Default)]
struct Fixed {
    user: u32,
    enrolled: u32,
    contacted: u32,
    certificate_expires: u32,
    build: u32,
    flags: u32,
}

/// Places of the enumerations in the flags.
mod place {
    pub const PLATFORM: u32 = 0; // 3 bits
    pub const TYPE: u32 = 3; // 5 bits
    pub const OWNERSHIP: u32 = 8; // 2 bits
    pub const AGENT: u32 = 10; // 2 bits
    pub const REGISTRATION: u32 = 12; // 3 bits
    pub const MANAGEMENT: u32 = 15; // 2 bits
    pub const REPORTED: u32 = 17; // 3 bits
}

const VIRTUAL: u32 = 1 << 20;
const SHARED: u32 = 1 << 21;
const BASIC: u32 = 1 << 22;
const SYNC: u32 = 1 << 23;
/// Four bytes of time in front of the details: until when it may be out of compliance.
const GRACE: u32 = 1 << 24;
/// Four bytes of time in front of the details: when it was removed.
const REMOVED: u32 = 1 << 25;
/// Two bytes with a count and four for each of the other users in front of the details.
const OTHERS: u32 = 1 << 26;

impl Fixed {
    fn of(head: &DeviceHead, build: u32) -> Self {
        let flag = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
        Self {
            user: head.user.map_or(NOBODY, |user| user.0),
            enrolled: head.enrolled.to_column(),
            contacted: head.contacted.to_column(),
            certificate_expires: head.certificate_expires.to_column(),
            build,
            flags: head.platform.number() << place::PLATFORM
                | head.enrollment_type.number() << place::TYPE
                | head.ownership.number() << place::OWNERSHIP
                | head.agent.number() << place::AGENT
                | head.registration.number() << place::REGISTRATION
                | head.management.number() << place::MANAGEMENT
                | head.reported.number() << place::REPORTED
                | flag(head.is_virtual, VIRTUAL)
                | flag(head.is_shared, SHARED)
                | flag(head.is_basic, BASIC)
                | flag(head.sync_requested, SYNC)
                | flag(head.grace_until.is_some(), GRACE)
                | flag(head.removed.is_some(), REMOVED)
                | flag(!head.others.is_empty(), OTHERS),
        }
    }

    const fn has(self, bit: u32) -> bool {
        self.flags & bit != 0
    }

    const fn bits(self, place: u32, width: u32) -> u32 {
        self.flags >> place & ((1 << width) - 1)
    }
}

/// What few devices have, packed.
fn extras(head: &DeviceHead) -> Vec<u8> {
    let mut bytes = Vec::new();
    for time in [head.grace_until, head.removed].into_iter().flatten() {
        bytes.extend_from_slice(&time.to_column().to_le_bytes());
    }
    if !head.others.is_empty() {
        let count = u16::try_from(head.others.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&count.to_le_bytes());
        for user in head.others.iter().take(usize::from(count)) {
            bytes.extend_from_slice(&user.0.to_le_bytes());
        }
    }
    bytes
}

fn take_u32(bytes: &mut &[u8]) -> u32 {
    let (value, rest) = bytes
        .split_first_chunk()
        .map_or(([0; 4], &[][..]), |(value, rest)| (*value, rest));
    *bytes = rest;
    u32::from_le_bytes(value)
}

/// One device, borrowed from the columns.
#[derive(Clone, Copy, Debug)]
pub struct DeviceView<'a> {
    /// The place in the columns.
    pub ordinal: DeviceOrdinal,
    /// Graph's `id`.
    pub id: Uuid,
    fixed: Fixed,
    /// Whoever only counts devices needs neither their texts nor their models, so these are looked up when asked for.
    chunk: &'a Chunk,
    builds: &'a Paged<Build>,
}

impl<'a> DeviceView<'a> {
    fn bytes(&self) -> &'a [u8] {
        let (_, slot) = place_of(self.ordinal.0);
        let range = self.chunk.range(slot);
        range
            .and_then(|range| self.chunk.bytes.get(range))
            .unwrap_or_default()
    }

    /// Everything but the details.
    pub fn head(&self) -> DeviceHead {
        let fixed = self.fixed;
        let mut bytes = self.bytes();
        let mut time = |bit: u32| {
            fixed
                .has(bit)
                .then(|| Timestamp::from_column(take_u32(&mut bytes)))
        };
        let (grace_until, removed) = (time(GRACE), time(REMOVED));
        DeviceHead {
            user: self.user(),
            others: self.others().collect(),
            platform: self.platform(),
            enrollment_type: self.enrollment_type(),
            ownership: Ownership::of_number(fixed.bits(place::OWNERSHIP, 2)),
            agent: self.agent(),
            is_virtual: self.is_virtual(),
            is_shared: self.is_shared(),
            is_basic: self.is_basic(),
            registration: self.registration(),
            management: self.management(),
            sync_requested: fixed.has(SYNC),
            reported: self.reported(),
            grace_until,
            enrolled: Timestamp::from_column(fixed.enrolled),
            contacted: self.contacted(),
            certificate_expires: self.certificate_expires(),
            removed,
        }
    }

    /// Who enrolled it.
    pub fn user(&self) -> Option<UserOrdinal> {
        (self.fixed.user != NOBODY).then_some(UserOrdinal(self.fixed.user))
    }

    /// The other users of a shared device.
    pub fn others(&self) -> impl Iterator<Item = UserOrdinal> + use<'a> {
        let (mut count, mut rest) = (0, &[][..]);
        if self.fixed.has(OTHERS)
            && let Some(others) = self.bytes().get(self.length_of_times()..)
            && let Some((length, users)) = others.split_first_chunk()
        {
            count = usize::from(u16::from_le_bytes(*length));
            rest = users;
        }
        (0..count).map(move |_| UserOrdinal(take_u32(&mut rest)))
    }

    /// Everybody who uses it.
    pub fn users(&self) -> impl Iterator<Item = UserOrdinal> + use<'a> {
        self.user().into_iter().chain(self.others())
    }

    /// Whether it has a record.
    pub const fn is_live(&self) -> bool {
        !self.fixed.has(REMOVED)
    }

    /// Whether several users use it.
    pub const fn is_shared(&self) -> bool {
        self.fixed.has(SHARED)
    }

    /// Whether it is a virtual machine.
    pub const fn is_virtual(&self) -> bool {
        self.fixed.has(VIRTUAL)
    }

    /// Whether Basic Mobility and Security manages it.
    pub const fn is_basic(&self) -> bool {
        self.fixed.has(BASIC)
    }

    /// What runs on it.
    pub fn platform(&self) -> Platform {
        Platform::of_number(self.fixed.bits(place::PLATFORM, 3))
    }

    /// How it was enrolled.
    pub fn enrollment_type(&self) -> EnrollmentType {
        EnrollmentType::of_number(self.fixed.bits(place::TYPE, 5))
    }

    /// What manages it.
    pub fn agent(&self) -> Agent {
        Agent::of_number(self.fixed.bits(place::AGENT, 2))
    }

    /// Whose property it is.
    pub fn ownership(&self) -> Ownership {
        Ownership::of_number(self.fixed.bits(place::OWNERSHIP, 2))
    }

    /// How far its registration is.
    pub fn registration(&self) -> RegistrationState {
        RegistrationState::of_number(self.fixed.bits(place::REGISTRATION, 3))
    }

    /// What was asked of it.
    pub fn management(&self) -> ManagementState {
        ManagementState::of_number(self.fixed.bits(place::MANAGEMENT, 2))
    }

    /// What its MDM server said of its compliance.
    pub fn reported(&self) -> Reported {
        Reported::of_number(self.fixed.bits(place::REPORTED, 3))
    }

    /// When it enrolled.
    pub const fn enrolled(&self) -> Timestamp {
        Timestamp::from_column(self.fixed.enrolled)
    }

    /// When it was last heard of.
    pub const fn contacted(&self) -> Timestamp {
        Timestamp::from_column(self.fixed.contacted)
    }

    /// When its MDM certificate expires.
    pub const fn certificate_expires(&self) -> Timestamp {
        Timestamp::from_column(self.fixed.certificate_expires)
    }

    /// What it has in common with others.
    pub fn build(&self) -> &'a Build {
        let build = self.builds.get(self.fixed.build as usize);
        build.unwrap_or(&NO_BUILD)
    }

    /// Bytes of the times in front of the details.
    fn length_of_times(&self) -> usize {
        4 * (usize::from(self.fixed.has(GRACE)) + usize::from(self.fixed.has(REMOVED)))
    }

    fn details_bytes(&self) -> &'a [u8] {
        let (bytes, times) = (self.bytes(), self.length_of_times());
        let others = if self.fixed.has(OTHERS) {
            bytes
                .get(times..)
                .and_then(|rest| rest.first_chunk())
                .map_or(0, |count| 2 + 4 * usize::from(u16::from_le_bytes(*count)))
        } else {
            0
        };
        bytes.get(times + others..).unwrap_or_default()
    }

    /// Name, serial number and IMEI, each empty if not known.
    pub fn texts(&self) -> [&'a str; 3] {
        PackedDetails(self.details_bytes()).texts()
    }

    /// Graph's `deviceName`.
    pub fn name(&self) -> &'a str {
        let [name, ..] = self.texts();
        name
    }

    /// Graph's `serialNumber`.
    pub fn serial(&self) -> &'a str {
        let [_, serial, _] = self.texts();
        serial
    }

    /// The device in the directory, if it was told.
    pub fn directory_id(&self) -> Option<Uuid> {
        PackedDetails(self.details_bytes()).directory_id()
    }

    /// Its details.
    pub fn details(&self) -> DeviceDetails {
        DeviceDetails::unpack(self.details_bytes())
    }
}

/// Devices side by side, in two allocations: a look at one finds its place at once.
#[derive(Clone, Debug)]
struct Chunk {
    fixed: [Fixed; CHUNK],
    ids: [Uuid; CHUNK],
    /// Where each device's bytes end: extras, then details.
    ends: [u32; CHUNK],
    bytes: Vec<u8>,
    /// Places that are taken.
    length: usize,
}

impl Default for Chunk {
    fn default() -> Self {
        Self {
            fixed: [Fixed::default(); CHUNK],
            ids: [Uuid::nil(); CHUNK],
            ends: [0; CHUNK],
            bytes: Vec::new(),
            length: 0,
        }
    }
}

impl Chunk {
    fn push(&mut self, id: Uuid, fixed: Fixed, bytes: &[&[u8]]) {
        for part in bytes {
            self.bytes.extend_from_slice(part);
        }
        let slot = self.length;
        if let (Some(to_fixed), Some(to_id), Some(to_end)) = (
            self.fixed.get_mut(slot),
            self.ids.get_mut(slot),
            self.ends.get_mut(slot),
        ) {
            *to_fixed = fixed;
            *to_id = id;
            *to_end = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
            self.length += 1;
        }
    }

    fn range(&self, slot: usize) -> Option<std::ops::Range<usize>> {
        let start = if slot == 0 {
            0
        } else {
            *self.ends.get(slot - 1)? as usize
        };
        Some(start..*self.ends.get(slot)? as usize)
    }

    fn replace_bytes(&mut self, slot: usize, bytes: &[u8]) {
        let Some(range) = self.range(slot) else {
            return;
        };
        let old_length = range.len();
        if range.len() == bytes.len() {
            if let Some(old) = self.bytes.get_mut(range) {
                old.copy_from_slice(bytes);
            }
            return;
        }
        self.bytes.splice(range, bytes.iter().copied());
        for end in self.ends.iter_mut().take(self.length).skip(slot) {
            *end = u32::try_from((*end as usize + bytes.len()).saturating_sub(old_length))
                .unwrap_or(u32::MAX);
        }
    }
}

/// All devices of a tenant: those that have a record, and those that had one.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    chunks: Paged<Chunk>,
    /// All devices, removed ones too.
    by_id: HashIndex,
    /// Devices with a record and a serial number that tells them from others.
    by_serial: HashIndex,
    /// Devices with a record that a user enrolled or, shared ones, uses.
    by_user: Paged<Lists<u32>>,
    /// How many devices with a record each user enrolled.
    enrolled: Tally,
    /// Users who enrolled a crowd of them. Small enough to stay near the processor, which the counts are not.
    crowded: Bits,
    /// Models that any device has or had, and where each is.
    builds: Paged<Build>,
    build_index: HashIndex,
    /// Devices with a record.
    live: Bits,
    /// Devices that several users use, or that a device enrollment manager enrolled: what covers them depends on others.
    pub(crate) depending: Bits,
    /// Users of these.
    pub(crate) sharers: Bits,
    /// Devices that count against the pool of device licenses.
    pub(crate) needing: Bits,
    length: u32,
}

static NO_BUILD: Build = Build {
    manufacturer: String::new(),
    model: String::new(),
    os_version: String::new(),
};

impl Devices {
    /// How many ordinals were given so far.
    pub const fn len(&self) -> u32 {
        self.length
    }

    /// Whether no device ever enrolled.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Devices with a record.
    pub const fn live(&self) -> &Bits {
        &self.live
    }

    /// Devices that count against the pool of device licenses.
    pub const fn needing(&self) -> &Bits {
        &self.needing
    }

    /// How many devices with a record a user enrolled, at most 255; an upper bound of those that a limit counts.
    pub fn enrolled_by(&self, user: UserOrdinal) -> u8 {
        self.enrolled.get(user.0)
    }

    /// Whether a user enrolled as many devices with a record; above 255, whether it may have done.
    pub fn has_enrolled(&self, user: UserOrdinal, count: u16) -> bool {
        if count >= u16::from(CROWD) && !self.crowded.contains(user.0) {
            return false;
        }
        self.enrolled_by(user) >= u8::try_from(count).unwrap_or(u8::MAX)
    }

    /// The device at an ordinal, with or without a record.
    pub fn view(&self, ordinal: DeviceOrdinal) -> Option<DeviceView<'_>> {
        let (number, slot) = place_of(ordinal.0);
        self.view_in(self.chunks.get(number)?, number, slot)
    }

    fn view_in<'a>(
        &'a self,
        chunk: &'a Chunk,
        number: usize,
        slot: usize,
    ) -> Option<DeviceView<'a>> {
        let ordinal = u32::try_from(number * CHUNK + slot).ok()?;
        if ordinal >= self.length {
            return None;
        }
        Some(DeviceView {
            ordinal: DeviceOrdinal(ordinal),
            id: *chunk.ids.get(slot)?,
            fixed: *chunk.fixed.get(slot)?,
            chunk,
            builds: &self.builds,
        })
    }

    /// The device with an id, with or without a record.
    pub fn find_id(&self, id: Uuid) -> Option<DeviceView<'_>> {
        self.by_id
            .candidates(hash_bytes(id.as_bytes()))
            .filter_map(|ordinal| self.view(DeviceOrdinal(ordinal)))
            .find(|device| device.id == id)
    }

    /// Devices with a record on a platform that have a serial number, in any case. None if it tells no device from
    /// others.
    pub fn find_serial<'a>(
        &'a self,
        platform: Platform,
        serial: &'a str,
    ) -> impl Iterator<Item = DeviceView<'a>> {
        self.by_serial
            .candidates(serial_hash(platform, serial))
            .filter(move |_| is_telling(serial))
            .filter_map(|ordinal| self.view(DeviceOrdinal(ordinal)))
            .filter(move |device| {
                device.platform() == platform && device.serial().eq_ignore_ascii_case(serial)
            })
    }

    /// Devices with a record that a user enrolled or uses, in their order.
    pub fn of_user(&self, user: UserOrdinal) -> impl Iterator<Item = DeviceView<'_>> {
        self.list(user)
            .iter()
            .filter_map(|ordinal| self.view(DeviceOrdinal(*ordinal)))
    }

    fn list(&self, user: UserOrdinal) -> &[u32] {
        let (number, slot) = place_of(user.0);
        self.by_user
            .get(number)
            .map(|lists| lists.get(slot))
            .unwrap_or_default()
    }

    /// All devices from an ordinal on, with or without a record.
    pub fn iter_from(&self, start: DeviceOrdinal) -> impl Iterator<Item = DeviceView<'_>> {
        let (first, first_slot) = place_of(start.0);
        self.chunks
            .iter_from(first)
            .enumerate()
            .flat_map(move |(number, chunk)| {
                let from = if number == 0 { first_slot } else { 0 };
                (from..CHUNK).filter_map(move |slot| self.view_in(chunk, first + number, slot))
            })
    }

    /// All devices, with or without a record.
    pub fn iter(&self) -> impl Iterator<Item = DeviceView<'_>> {
        self.iter_from(DeviceOrdinal(0))
    }

    /// Adds a device at the next ordinal.
    pub(crate) fn push(&mut self, id: Uuid, head: &DeviceHead, build: &Build, details: &[u8]) {
        let ordinal = self.length;
        let (number, slot) = place_of(ordinal);
        if slot == 0 {
            self.chunks.push(Chunk::default());
        }
        let fixed = Fixed::of(head, self.intern(build));
        if let Some(chunk) = self.chunks.get_mut(number) {
            chunk.push(id, fixed, &[&extras(head), details]);
            if slot == CHUNK - 1 {
                chunk.bytes.shrink_to_fit();
            }
        }
        self.length += 1;
        self.by_id.insert(hash_bytes(id.as_bytes()), ordinal);
        self.enter(DeviceOrdinal(ordinal));
    }

    /// Replaces everything that is known of a device.
    pub(crate) fn replace(
        &mut self,
        ordinal: DeviceOrdinal,
        head: &DeviceHead,
        build: &Build,
        details: &[u8],
    ) {
        self.leave(ordinal);
        let fixed = Fixed::of(head, self.intern(build));
        let mut bytes = extras(head);
        bytes.extend_from_slice(details);
        self.store(ordinal, fixed, &bytes);
        self.enter(ordinal);
    }

    /// Replaces all but the details and the model.
    pub(crate) fn replace_head(&mut self, ordinal: DeviceOrdinal, head: &DeviceHead) {
        let Some((details, build)) = self
            .view(ordinal)
            .map(|device| (device.details_bytes().to_vec(), device.fixed.build))
        else {
            return;
        };
        self.leave(ordinal);
        let mut bytes = extras(head);
        bytes.extend_from_slice(&details);
        self.store(ordinal, Fixed::of(head, build), &bytes);
        self.enter(ordinal);
    }

    /// Notes that a device was heard of. Nothing else changes, so no index does.
    pub(crate) fn note_contact(
        &mut self,
        ordinal: DeviceOrdinal,
        at: Timestamp,
        certificate_expires: Timestamp,
    ) {
        let (number, slot) = place_of(ordinal.0);
        if let Some(fixed) = self
            .chunks
            .get_mut(number)
            .and_then(|chunk| chunk.fixed.get_mut(slot))
        {
            fixed.contacted = at.to_column();
            fixed.certificate_expires = certificate_expires.to_column();
        }
    }

    fn store(&mut self, ordinal: DeviceOrdinal, fixed: Fixed, bytes: &[u8]) {
        let (number, slot) = place_of(ordinal.0);
        if let Some(chunk) = self.chunks.get_mut(number) {
            if let Some(old) = chunk.fixed.get_mut(slot) {
                *old = fixed;
            }
            chunk.replace_bytes(slot, bytes);
        }
    }

    fn intern(&mut self, build: &Build) -> u32 {
        let hash = build_hash(build);
        let known = self
            .build_index
            .candidates(hash)
            .find(|number| self.builds.get(*number as usize) == Some(build));
        known.unwrap_or_else(|| {
            let number = u32::try_from(self.builds.len()).unwrap_or(u32::MAX);
            self.builds.push(build.clone());
            self.build_index.insert(hash, number);
            number
        })
    }

    /// Puts a device into the indexes that its state calls for; by its id it is found for ever.
    fn enter(&mut self, ordinal: DeviceOrdinal) {
        let Some(keys) = self.keys(ordinal) else {
            return;
        };
        self.live.insert(ordinal.0);
        if let Some(serial) = keys.serial {
            self.by_serial.insert(serial, ordinal.0);
        }
        if keys.depends {
            self.depending.insert(ordinal.0);
        }
        for user in &keys.users {
            let mut list = self.list(*user).to_vec();
            if let Err(place) = list.binary_search(&ordinal.0) {
                list.insert(place, ordinal.0);
                self.set_list(*user, &list);
            }
            if keys.depends {
                self.sharers.insert(user.0);
            }
        }
        self.count(keys.owner);
    }

    /// Takes a device out of these indexes.
    fn leave(&mut self, ordinal: DeviceOrdinal) {
        let Some(keys) = self.keys(ordinal) else {
            return;
        };
        self.live.remove(ordinal.0);
        if let Some(serial) = keys.serial {
            self.by_serial.remove(serial, ordinal.0);
        }
        if keys.depends {
            self.depending.remove(ordinal.0);
        }
        for user in &keys.users {
            let mut list = self.list(*user).to_vec();
            list.retain(|known| *known != ordinal.0);
            self.set_list(*user, &list);
            if keys.depends && !list.iter().any(|other| self.depending.contains(*other)) {
                self.sharers.remove(user.0);
            }
        }
        self.count(keys.owner);
    }

    /// Counts what a user enrolled anew.
    fn count(&mut self, owner: Option<UserOrdinal>) {
        let Some(owner) = owner else { return };
        let count = self
            .of_user(owner)
            .filter(|device| device.user() == Some(owner))
            .count();
        self.enrolled.set(owner.0, count);
        if count >= usize::from(CROWD) {
            self.crowded.insert(owner.0);
        } else {
            self.crowded.remove(owner.0);
        }
    }

    fn set_list(&mut self, user: UserOrdinal, list: &[u32]) {
        let (number, slot) = place_of(user.0);
        while self.by_user.len() <= number {
            self.by_user.push(Lists::default());
        }
        if let Some(lists) = self.by_user.get_mut(number) {
            lists.set(slot, list);
        }
    }

    fn keys(&self, ordinal: DeviceOrdinal) -> Option<Keys> {
        let device = self.view(ordinal).filter(DeviceView::is_live)?;
        let serial = device.serial();
        Some(Keys {
            owner: device.user(),
            users: device.users().collect(),
            serial: is_telling(serial).then(|| serial_hash(device.platform(), serial)),
            depends: device.is_shared()
                || device.enrollment_type() == EnrollmentType::DeviceEnrollmentManager,
        })
    }
}

/// What a device is found by while it has a record.
struct Keys {
    owner: Option<UserOrdinal>,
    users: Vec<UserOrdinal>,
    serial: Option<u32>,
    depends: bool,
}

fn serial_hash(platform: Platform, serial: &str) -> u32 {
    hash_folded(serial).wrapping_add(platform.number())
}

fn build_hash(build: &Build) -> u32 {
    let texts = [&build.manufacturer, &build.model, &build.os_version];
    texts.iter().fold(0, |hash: u32, text| {
        hash.rotate_left(7) ^ hash_bytes(text.as_bytes())
    })
}

const fn place_of(ordinal: u32) -> (usize, usize) {
    (ordinal as usize / CHUNK, ordinal as usize % CHUNK)
}
