export namespace api {

	export enum AtClose {
	    Ask = "ask",
	    Keep = "keep",
	    Quit = "quit",
	}
	export enum Code {
	    BadFile = "bad_file",
	    BadPlace = "bad_place",
	    Busy = "busy",
	    Conflict = "conflict",
	    Damaged = "damaged",
	    DiskFull = "disk_full",
	    Internal = "internal",
	    Invalid = "invalid",
	    Locked = "locked",
	    NeedsChannel = "needs_channel",
	    Network = "network",
	    NewerData = "newer_data",
	    NoKeychain = "no_keychain",
	    NotAllowed = "not_allowed",
	    NotFound = "not_found",
	    PortTaken = "port_taken",
	    Stopped = "stopped",
	}
	export enum ShellEventKind {
	    Closing = "closing",
	    Command = "command",
	    Dropped = "dropped",
	    Go = "go",
	    Handed = "handed",
	}
	export enum Topic {
	    Channels = "channels",
	    Library = "library",
	    Posts = "posts",
	    Queue = "queue",
	    Settings = "settings",
	    Slots = "slots",
	    Workspaces = "workspaces",
	}
	export enum WindowAction {
	    Close = "close",
	    Fullscreen = "fullscreen",
	    Hide = "hide",
	    Maximise = "maximise",
	    Minimise = "minimise",
	    Quit = "quit",
	    Show = "show",
	}
	export interface Adjustment {
	    exposure: number;
	    contrast: number;
	    saturation: number;
	    warmth: number;
	    sharpness: number;
	    straighten: number;
	    turn: number;
	    flipH: boolean;
	    flipV: boolean;
	    mono: boolean;
	}
	export interface AdjustAssets {
	    ids: string[];
	    adjust: Adjustment;
	    tones: boolean;
	}
	export interface AdjustedAsset {
	    id: string;
	    adjust: Adjustment;
	}
	export interface AdjustedAssets {
	    before: AdjustedAsset[];
	    left: number;
	}

	export interface AlikeAsset {
	    id: string;
	    name: string;
	    width: number;
	    height: number;
	    bytes: number;
	    importedMs: number;
	    described: boolean;
	    posts: number;
	    adjusted: string;
	}
	export interface Alike {
	    assets: AlikeAsset[];
	    reasons: string[];
	}

	export interface AnswerRequest {
	    conversation: string;
	    answers: Record<string, string>;
	}
	export interface AssetUse {
	    post: string;
	    title: string;
	    updatedMs: number;
	}
	export interface Place {
	    latitude: number;
	    longitude: number;
	}
	export interface Point {
	    x: number;
	    y: number;
	}
	export interface Asset {
	    id: string;
	    sha256: string;
	    kind: string;
	    format: string;
	    bytes: number;
	    width: number;
	    height: number;
	    durationMs: number;
	    frames: number;
	    name: string;
	    reference: string;
	    alt: string;
	    focus?: Point;
	    tags: string[];
	    takenMs: number;
	    camera: string;
	    place?: Place;
	    warning: string;
	    adjust: Adjustment;
	    adjusted: string;
	    importedMs: number;
	    deletedMs: number;
	    usedBy: string[];
	    uses: AssetUse[];
	    collections: string[];
	    path: string;
	    away: boolean;
	}
	export interface AssetPage {
	    assets: Asset[];
	    next: string;
	}

	export interface Sends {
	    characters: number;
	    pictures: number;
	    file: number;
	    files: number;
	    bytes: number;
	}
	export interface Call {
	    step: string;
	    effect: string;
	    startedMs: number;
	    endedMs: number;
	    outcome: string;
	    status: number;
	    code: string;
	    message: string;
	    remoteId: string;
	    verdict: string;
	    part: number;
	    sends: Sends;
	}
	export interface Attempt {
	    no: number;
	    startedMs: number;
	    endedMs: number;
	    end: string;
	    calls: Call[];
	}
	export interface AwayChoice {
	    id: string;
	    do: string;
	    dueMs: number;
	}
	export interface Twin {
	    kind: string;
	    delivery: string;
	    post: string;
	    atMs: number;
	    url: string;
	    doubt: boolean;
	    text: string;
	}
	export interface LateRule {
	    then: string;
	    afterMs: number;
	}
	export interface Delivery {
	    id: string;
	    post: string;
	    channel: string;
	    network: string;
	    handle: string;
	    state: string;
	    holdReason: string;
	    dueMs: number;
	    dueWall: string;
	    dueZone: string;
	    wakeMs: number;
	    remoteId: string;
	    remoteUrl: string;
	    publishedMs: number;
	    attempts: number;
	    errorClass: string;
	    errorText: string;
	    generation: number;
	    text: string;
	    networkName: string;
	    channelName: string;
	    local: boolean;
	    byHand: boolean;
	    standing: string;
	    actions: string[];
	    parts: number;
	    live: number;
	    deleted: number;
	    pictures: number;
	    lookUrl: string;
	    late: LateRule;
	    deadlineMs: number;
	    clockOffMs: number;
	    twin: Twin;
	    repeated: boolean;
	    createdMs: number;
	    updatedMs: number;
	    closedMs: number;
	}
	export interface AwayItem {
	    delivery: Delivery;
	    title: string;
	    picture: string;
	    rule: string;
	    dueMs: number;
	}
	export interface Backup {
	    path: string;
	    bytes: number;
	    files: number;
	    rows: number;
	    createdMs: number;
	    problems: string[];
	}
	export interface Cause {
	    reason: string;
	    channel: string;
	    network: string;
	    networkName: string;
	    handle: string;
	    rows: string[];
	    deliveries: string[];
	}
	export interface ChannelOffset {
	    channel: string;
	    afterMs: number;
	}
	export interface Repeat {
	    post: string;
	    zone: string;
	    first: string;
	    unit: string;
	    every: number;
	    weekdays: number[];
	    last: string;
	    times: number;
	    spreadMs: number;
	    offsets: ChannelOffset[];
	    trouble: string;
	}
	export interface QueueRow {
	    id: string;
	    post: string;
	    title: string;
	    text: string;
	    language: string;
	    picture: string;
	    dueMs: number;
	    state: string;
	    published: number;
	    of: number;
	    deliveries: Delivery[];
	    repeat?: Repeat;
	}
	export interface Board {
	    rows: QueueRow[];
	    causes: Cause[];
	    more: boolean;
	}


	export interface ChangeRequest {
	    ids: string[];
	    do: string;
	    dueMs: number;
	    gaps: boolean;
	}
	export interface Refused {
	    id: string;
	    message: string;
	}
	export interface ChangeResult {
	    done: Delivery[];
	    refused: Refused[];
	    undo: string;
	    graceMs: number;
	}
	export interface Changed {
	    topic: Topic;
	    ids: string[];
	}
	export interface Channel {
	    id: string;
	    network: string;
	    handle: string;
	    name: string;
	    server: string;
	    state: string;
	    local: boolean;
	    workspace: string;
	    networkName: string;
	    title: string;
	    pausedMs: number;
	}
	export interface ChannelDefaults {
	    language: string;
	    visibility: string;
	}
	export interface MediaLimit {
	    max: number;
	    videos: number;
	    types: string[];
	    imageBytes: number;
	    videoBytes: number;
	    videoMs: number;
	    needed: boolean;
	}
	export interface TextLimit {
	    limit: number;
	    unit: string;
	    maxBytes: number;
	    url: number;
	}
	export interface ChannelLimits {
	    text: TextLimit;
	    media: MediaLimit;
	    altMax: number;
	    parts: number;
	    visibilities: string[];
	    software: string;
	    fromServer: boolean;
	    atMs: number;
	}

	export interface ChannelPage {
	    channel: Channel;
	    about: string;
	    abilities: string[];
	    limits: ChannelLimits;
	    defaults: ChannelDefaults;
	    signIn: boolean;
	    renews: boolean;
	    expiresMs: number;
	    planned: number;
	    held: number;
	    open: number;
	    published: number;
	    nextMs: number;
	    lastMs: number;
	    profile: string;
	}
	export interface When {
	    atMs: number;
	    wall: string;
	    zone: string;
	    rule: string;
	    otherMs: number;
	    shiftMs: number;
	}
	export interface ChannelTime {
	    channel: string;
	    when: When;
	    own: boolean;
	}
	export interface CheckMedia {
	    path: string;
	    alt: string;
	}
	export interface CheckRequest {
	    network: string;
	    server: string;
	    text: string;
	    parts: string[];
	    media: CheckMedia[];
	    link: string;
	    language: string;
	    warning: string;
	    visibility: string;
	    campaign: string;
	    source: string;
	    medium: string;
	}
	export interface LateChoice {
	    then: string;
	    afterMs: number;
	    giveUpMs: number;
	}
	export interface TimeScope {
	    workspace: string;
	    channel: string;
	    post: string;
	}
	export interface ChooseTime {
	    scope: TimeScope;
	    zone: string;
	    lateChosen: boolean;
	    late: LateChoice;
	    notAfterMs: number;
	}
	export interface CollectAssets {
	    collection: string;
	    assets: string[];
	    in: boolean;
	}
	export interface Collection {
	    id: string;
	    name: string;
	    query: string;
	    count: number;
	}
	export interface ComingFile {
	    place: number;
	    name: string;
	}
	export interface ComingFiles {
	    job: string;
	    most: number;
	}
	export interface CompareSize {
	    asset: string;
	    preset: string;
	}
	export interface ComparedFile {
	    bytes: number;
	    width: number;
	    height: number;
	    format: string;
	    quality: number;
	    picture: string;
	}
	export interface Rect {
	    x: number;
	    y: number;
	    width: number;
	    height: number;
	}
	export interface Comparison {
	    preset: string;
	    label: string;
	    title: string;
	    width: number;
	    height: number;
	    before: ComparedFile;
	    after: ComparedFile;
	    part: Rect;
	    passed: boolean;
	    smaller: boolean;
	    reduced: boolean;
	    enlarged: number;
	    scale: number;
	}
	export interface ConnectRequest {
	    workspace: string;
	    network: string;
	    browser: boolean;
	}
	export interface Question {
	    key: string;
	    label: string;
	    help: string;
	    secret: boolean;
	    default: string;
	    optional: boolean;
	    link: string;
	    text: string;
	}
	export interface ConnectStep {
	    conversation: string;
	    ask: Question[];
	    browse: string;
	    waiting: boolean;
	    message: string;
	    reason: string;
	    about: string;
	    done: boolean;
	    channel: Channel;
	}
	export interface Poll {
	    options: string[];
	    durationS: number;
	    multiple: boolean;
	}
	export interface Media {
	    asset: string;
	    alt: string;
	    focus?: Point;
	    part: number;
	    decorative: boolean;
	    preset: string;
	    crops: Record<string, Rect>;
	}
	export interface Content {
	    text: string;
	    parts: string[];
	    media: Media[];
	    link: string;
	    language: string;
	    warning: string;
	    visibility: string;
	    poll?: Poll;
	}
	export interface CreatePost {
	    workspace: string;
	    content: Content;
	    channels: string[];
	}
	export interface Data {
	    folder: string;
	    bytes: number;
	    database: number;
	    media: number;
	    posts: number;
	    assets: number;
	    free: number;
	    backupPath: string;
	    backupMs: number;
	    backupName: string;
	    nextRestore: string;
	}
	export interface Deletion {
	    atMs: number;
	    endedMs: number;
	    part: number;
	    outcome: string;
	    code: string;
	    message: string;
	}

	export interface Edit {
	    atMs: number;
	    endedMs: number;
	    part: number;
	    text: string;
	    alts: string[];
	    outcome: string;
	    code: string;
	    message: string;
	}
	export interface Proof {
	    atMs: number;
	    part: number;
	    verdict: string;
	    byPerson: boolean;
	    actor: string;
	    evidence: string;
	    url: string;
	}
	export interface Turn {
	    atMs: number;
	    state: string;
	    was: string;
	    reason: string;
	    dueMs: number;
	    moved: boolean;
	    wakeMs: number;
	    text: string;
	    url: string;
	    generation: number;
	}
	export interface Moment {
	    atMs: number;
	    code: string;
	    tone: string;
	    n: number;
	    of: number;
	    detail: string;
	    step: string;
	    status: number;
	}
	export interface Segment {
	    index: number;
	    state: string;
	    remoteId: string;
	    remoteUrl: string;
	}
	export interface DeliveryStory {
	    delivery: Delivery;
	    parts: Segment[];
	    attempts: Attempt[];
	    timeline: Moment[];
	    turns: Turn[];
	    proofs: Proof[];
	    lookedMs: number;
	    edits: Edit[];
	    deletions: Deletion[];
	}
	export interface DemoRequest {
	    name: string;
	    words: Record<string, string>;
	}
	export interface Variant {
	    channel: string;
	    text?: string;
	    parts?: string[];
	    media?: Media[];
	    link?: string;
	    language?: string;
	    warning?: string;
	    visibility?: string;
	    poll?: Poll;
	    only?: number;
	    options: Record<string, string>;
	}
	export interface Draft {
	    id: string;
	    workspace: string;
	    content: Content;
	    variants: Variant[];
	}
	export interface Mark {
	    kind: string;
	    start: number;
	    end: number;
	}
	export interface DraftText {
	    channel: string;
	    part: number;
	    characters: number;
	    marks: Mark[];
	}
	export interface Issue {
	    code: string;
	    message: string;
	    field: string;
	    part: number;
	    media: number;
	    warning: boolean;
	    values: Record<string, string>;
	}
	export interface PollMax {
	    options: number;
	    chars: number;
	    minS: number;
	    maxS: number;
	}
	export interface PartLength {
	    length: number;
	    remaining: number;
	    overflowAt: number;
	    cutAt: number;
	}
	export interface Report {
	    channel: string;
	    network: string;
	    handle: string;
	    length: number;
	    limit: number;
	    remaining: number;
	    unit: string;
	    overflowAt: number;
	    over: number;
	    parts: PartLength[];
	    joined: boolean;
	    only: number;
	    poll?: PollMax;
	    valid: boolean;
	    problems: Issue[];
	}
	export interface DraftCheck {
	    reports: Report[];
	    texts: DraftText[];
	}


	export interface EditCheck {
	    remaining: number;
	    limit: number;
	    same: boolean;
	    problems: Issue[];
	}
	export interface EditRequest {
	    id: string;
	    part: number;
	    text: string;
	    alts: string[];
	}
	export interface Engine {
	    publisher: string;
	    heldAll: boolean;
	    offlineSinceMs: number;
	    nextDueMs: number;
	    nextChannels: number;
	    upcoming: number;
	    publishing: number;
	    waiting: number;
	    unsure: number;
	    needsYou: number;
	    held: number;
	    late: number;
	    soonDay: number;
	    nowMs: number;
	    clockOffMs: number;
	    portal: boolean;
	    homeName: string;
	    lastDueMs: number;
	    sinceMs: number;
	    beatMs: number;
	    silent: boolean;
	    reminders: string[];
	}
	export interface Error {
	    code: Code;
	    message: string;
	    field: string;
	    safe: string;
	    actions: string[];
	    ref: string;
	}
	export interface Fact {
	    about: string;
	    value: string;
	    source: string;
	    date: string;
	    doubt: string;
	}
	export interface Explained {
	    network: string;
	    name: string;
	    facts: Fact[];
	}
	export interface ExportPresets {
	    presets: string[];
	    out: string;
	}
	export interface Exported {
	    folder: string;
	    posts: number;
	    files: number;
	    bytes: number;
	    missing: string[];
	}
	export interface ExportedPresets {
	    path: string;
	    text: string;
	    count: number;
	}
	export interface TagCount {
	    name: string;
	    count: number;
	}
	export interface Facets {
	    all: number;
	    lastImport: number;
	    unused: number;
	    noAlt: number;
	    alike: number;
	    bin: number;
	    tags: TagCount[];
	    collections: Collection[];
	}

	export interface Feed {
	    channel: string;
	    site: string;
	    rss: string;
	    atom: string;
	    json: string;
	    items: number;
	}
	export interface FileFailure {
	    path: string;
	    code: string;
	    message: string;
	}
	export interface FileKind {
	    label: string;
	    patterns: string[];
	}
	export interface FileQuestion {
	    title: string;
	    folder: string;
	    multiple: boolean;
	    kinds: FileKind[];
	}
	export interface FindFree {
	    channels: string[];
	    offsets: ChannelOffset[];
	    afterMs: number;
	    count: number;
	}
	export interface Finding {
	    name: string;
	    ok: boolean;
	    message: string;
	    action: string;
	}
	export interface FreeSlot {
	    atMs: number;
	    times: ChannelTime[];
	}
	export interface GridDay {
	    day: string;
	    count: number;
	}
	export interface Grid {
	    total: number;
	    ids: string[];
	    names: string[];
	    ratios: number[];
	    colours: number[];
	    marks: number[];
	    durations: number[];
	    bytes: number[];
	    adjusted: string[];
	    days: GridDay[];
	    facets: Facets;
	}

	export interface GridQuery {
	    workspace: string;
	    query: string;
	    collection: string;
	    sort: string;
	    most: number;
	}
	export interface GridRow {
	    id: string;
	    width: number;
	    height: number;
	    takenMs: number;
	    tags: string[];
	}
	export interface GridRows {
	    workspace: string;
	    ids: string[];
	}
	export interface Handed {
	    folder: string;
	    address: string;
	    page: string;
	    texts: string[];
	}
	export interface Handle {
	    network: string;
	    handle: string;
	}
	export interface HistoryPage {
	    rows: QueueRow[];
	    next: string;
	}
	export interface HistoryRequest {
	    workspace: string;
	    query: string;
	    after: string;
	    limit: number;
	}
	export interface Home {
	    here: boolean;
	    name: string;
	    machine: string;
	    sinceMs: number;
	}
	export interface ImportAssets {
	    workspace: string;
	    paths: string[];
	    recursive: boolean;
	    reference: boolean;
	}
	export interface ImportFailures {
	    index: number;
	    code: string;
	    message: string;
	    missing: string[];
	}
	export interface ImportJob {
	    id: string;
	    workspace: string;
	    running: boolean;
	    stopped: boolean;
	    done: number;
	    total: number;
	    imported: number;
	    duplicates: number;
	    failed: FileFailure[];
	    ids: string[];
	    error?: Error;
	}
	export interface PresetFile {
	    path: string;
	    text: string;
	}
	export interface ImportPresets {
	    file: PresetFile;
	    replace: string[];
	    all: boolean;
	    partial: boolean;
	    workspace: string;
	    set: string;
	}
	export interface ImportedAsset {
	    asset: Asset;
	    path: string;
	    duplicate: boolean;
	}
	export interface ImportedAssets {
	    imported: number;
	    duplicates: number;
	    failed: FileFailure[];
	    assets: ImportedAsset[];
	}
	export interface Post {
	    id: string;
	    workspace: string;
	    content: Content;
	    variants: Variant[];
	    version: number;
	    state: string;
	    published: number;
	    of: number;
	    createdMs: number;
	    updatedMs: number;
	    deletedMs: number;
	}
	export interface ImportedPosts {
	    posts: Post[];
	    failed: ImportFailures[];
	    channels: string[];
	}
	export interface ReviewedPreset {
	    line: number;
	    id: string;
	    title: string;
	    width: number;
	    height: number;
	    fit: string;
	    marked: boolean;
	    state: string;
	    instead: string;
	    message: string;
	    field: string;
	}
	export interface ImportedPresets {
	    added: number;
	    replaced: number;
	    same: number;
	    wrong: ReviewedPreset[];
	    presets: string[];
	}



	export interface Leave {
	    keep: boolean;
	    remember: boolean;
	}
	export interface Leaving {
	    ask: boolean;
	    background: boolean;
	    due: Delivery[];
	    untilMs: number;
	}
	export interface LinkCard {
	    url: string;
	    host: string;
	    title: string;
	    text: string;
	    site: string;
	    picture: string;
	    fetchedMs: number;
	}
	export interface LinkRequest {
	    id: string;
	    url: string;
	}
	export interface ListAssets {
	    workspace: string;
	    query: string;
	    bin: boolean;
	    after: string;
	    limit: number;
	}
	export interface ListPosts {
	    workspace: string;
	    query: string;
	    states: string[];
	    bin: boolean;
	    after: string;
	    limit: number;
	}
	export interface LivePart {
	    text: string;
	    alts: string[];
	    url: string;
	    limit: number;
	    bar: string;
	    words: boolean;
	    pics: boolean;
	    untilMs: number;
	    doubt: boolean;
	    wish: string;
	}
	export interface LivePost {
	    parts: LivePart[];
	    edits: Edit[];
	}
	export interface MakeVideo {
	    assets: string[];
	    fromMs: number;
	    toMs: number;
	    across: number;
	    down: number;
	    fill: string;
	    colour: string;
	    even: boolean;
	    quick: boolean;
	    channel: string;
	    bytes: number;
	    longMs: number;
	}
	export interface Margins {
	    top: number;
	    right: number;
	    bottom: number;
	    left: number;
	}



	export interface Mention {
	    channel: string;
	    handle: string;
	    name: string;
	}
	export interface MentionSearch {
	    prefix: string;
	    channels: string[];
	}
	export interface MenuItem {
	    command: string;
	    label: string;
	    keys: string;
	    off: boolean;
	    checked: boolean;
	    quiet: boolean;
	}
	export interface Menu {
	    role: string;
	    label: string;
	    items: MenuItem[];
	}

	export interface MergeAssets {
	    keep: string;
	    others: string[];
	}

	export interface NameVersion {
	    id: string;
	    number: number;
	    name: string;
	}
	export interface NamedLook {
	    id: string;
	    name: string;
	    adjust: Adjustment;
	}
	export interface NetOption {
	    key: string;
	    label: string;
	    kind: string;
	    choices: string[];
	    default: string;
	}
	export interface Network {
	    id: string;
	    name: string;
	    about: string;
	    shape: string;
	    text: TextLimit;
	    media: MediaLimit;
	    altMax: number;
	    parts: number;
	    options: NetOption[];
	    abilities: string[];
	    local: boolean;
	    server: boolean;
	    icon: string;
	    colour: string;
	    layout: string;
	    visibilities: string[];
	    warning: string;
	    poll?: PollMax;
	}
	export interface NewPresetSet {
	    workspace: string;
	    name: string;
	    presets: string[];
	}
	export interface Notice {
	    code: string;
	    values: Record<string, string>;
	    route: string;
	}
	export interface Notification {
	    id: string;
	    title: string;
	    body: string;
	    route: string;
	}
	export interface Notify {
	    needsYou: boolean;
	    away: boolean;
	    published: boolean;
	}
	export interface OwnWatermark {
	    asset: string;
	    picture: string;
	    place: string;
	    size: number;
	    margin: number;
	    opacity: number;
	}
	export interface OwnPreset {
	    id: string;
	    title: string;
	    width: number;
	    height: number;
	    fit: string;
	    formats: string[];
	    maxBytes: number;
	    quality: number;
	    background: string;
	    enlarge: boolean;
	    top: number;
	    right: number;
	    bottom: number;
	    left: number;
	    watermark?: OwnWatermark;
	}

	export interface ParsedTime {
	    when: When;
	    guessed: boolean;
	    counted: boolean;
	    language: string;
	    problem: string;
	}

	export interface PauseChannel {
	    id: string;
	    name: string;
	}
	export interface Pause {
	    reason: string;
	    host: string;
	    network: string;
	    channels: PauseChannel[];
	    untilMs: number;
	    waiting: number;
	}

	export interface Person {
	    mark: string;
	    name: string;
	    handles: Handle[];
	}





	export interface PostPage {
	    posts: Post[];
	    next: string;
	}
	export interface Preset {
	    id: string;
	    network: string;
	    label: string;
	    title: string;
	    usual: boolean;
	    kind: string;
	    width: number;
	    height: number;
	    fit: string;
	    formats: string[];
	    maxBytes: number;
	    shape: string;
	    confidence: string;
	    sources: string[];
	    date: string;
	    note: string;
	    safe?: Margins;
	    quality: number;
	    background: string;
	    enlarge: boolean;
	    watermark?: OwnWatermark;
	}

	export interface PresetSet {
	    id: string;
	    name: string;
	    presets: string[];
	    current: boolean;
	}
	export interface PreviewMedia {
	    asset: string;
	    kind: string;
	    width: number;
	    height: number;
	    durationMs: number;
	    alt: string;
	    focusX: number;
	    focusY: number;
	    preset: string;
	    crop?: Rect;
	    ownFocus: boolean;
	}
	export interface PreviewPart {
	    text: string;
	    cutAt: number;
	    marks: Mark[];
	    media: PreviewMedia[];
	}
	export interface Preview {
	    channel: string;
	    network: string;
	    layout: string;
	    handle: string;
	    name: string;
	    parts: PreviewPart[];
	    link?: LinkCard;
	    poll?: Poll;
	    language: string;
	    warning: string;
	    visibility: string;
	    tagged: boolean;
	}


	export interface PreviewSlots {
	    channels: string[];
	    fromMs: number;
	    days: number;
	}
	export interface Progress {
	    task: string;
	    done: number;
	    total: number;
	}





	export interface Reminder {
	    post: string;
	    on: boolean;
	}
	export interface RemovePerson {
	    workspace: string;
	    mark: string;
	}
	export interface RenamePresetSet {
	    id: string;
	    name: string;
	}
	export interface RenameTag {
	    workspace: string;
	    from: string;
	    to: string;
	}
	export interface RenderFailure {
	    source: string;
	    preset: string;
	    code: string;
	    message: string;
	}
	export interface Sheet {
	    language: string;
	    title: string;
	    pictures: string;
	    files: string;
	    size: string;
	    names: Record<string, string>;
	}
	export interface RenderRequest {
	    files: string[];
	    assets: string[];
	    all: boolean;
	    presets: string[];
	    own: string;
	    out: string;
	    jobs: number;
	    quality: number;
	    damaged?: boolean;
	    resume: boolean;
	    credit?: string;
	    copyright?: string;
	    pattern: string;
	    zip: string;
	    sheet?: Sheet;
	    task: string;
	}
	export interface RenderedFile {
	    source: string;
	    preset: string;
	    path: string;
	    width: number;
	    height: number;
	    bytes: number;
	    quality: number;
	    smaller: boolean;
	    passed: boolean;
	    there: boolean;
	    damaged: boolean;
	}
	export interface Rendered {
	    files: RenderedFile[];
	    failed: RenderFailure[];
	    skipped: number;
	    bytes: number;
	    sheet: string;
	    zip: string;
	    stopped: boolean;
	}



	export interface ResolveRequest {
	    id: string;
	    liveUrl: string;
	    absent: boolean;
	    sendAgain: boolean;
	}
	export interface RestoreReport {
	    backup: string;
	    madeMs: number;
	    done: boolean;
	    message: string;
	    aside: string;
	    held: number;
	}

	export interface SaveCollection {
	    workspace: string;
	    id: string;
	    name: string;
	    query: string;
	}
	export interface SaveLook {
	    workspace: string;
	    name: string;
	    adjust: Adjustment;
	}
	export interface SavePerson {
	    workspace: string;
	    person: Person;
	}
	export interface SavePost {
	    id: string;
	    content: Content;
	    variants: Variant[];
	    version: number;
	}
	export interface SaveQuestion {
	    title: string;
	    folder: string;
	    name: string;
	    kinds: FileKind[];
	}
	export interface ScheduleAt {
	    postId: string;
	    channels: string[];
	    dueMs: number;
	    wall: string;
	    zone: string;
	    slot: boolean;
	    offsets: ChannelOffset[];
	    times: ChannelTime[];
	    notAfterMs: number;
	    lateChosen: boolean;
	    late: LateChoice;
	    repeats: boolean;
	    repeat: Repeat;
	}
	export interface ScheduleRequest {
	    postId: string;
	    channels: string[];
	    dueMs: number;
	}


	export interface SetCrop {
	    asset: string;
	    preset: string;
	    crop?: Rect;
	}
	export interface SetFocus {
	    id: string;
	    focus?: Point;
	}
	export interface SetShelf {
	    workspace: string;
	    kind: string;
	    address: string;
	    region: string;
	    bucket: string;
	    folder: string;
	    user: string;
	    public: string;
	    hostKey: string;
	    secret: string;
	}
	export interface Settings {
	    language: string;
	    theme: string;
	    density: string;
	    zoom: number;
	    weekStart: string;
	    clock: string;
	    hideDetails: boolean;
	    notify: Notify;
	    letterKeys: boolean;
	    shortcuts: Record<string, string>;
	    altText: string;
	    import: string;
	    splitters: Record<string, number>;
	    onboarding: string;
	}
	export interface SettingsChange {
	    language?: string;
	    theme?: string;
	    density?: string;
	    zoom?: number;
	    weekStart?: string;
	    clock?: string;
	    hideDetails?: boolean;
	    notify?: Notify;
	    letterKeys?: boolean;
	    shortcuts?: Record<string, string>;
	    altText?: string;
	    import?: string;
	    splitters?: Record<string, number>;
	    onboarding?: string;
	}

	export interface Shelf {
	    set: boolean;
	    kind: string;
	    address: string;
	    region: string;
	    bucket: string;
	    folder: string;
	    user: string;
	    public: string;
	    hostKey: string;
	    fingerprint: string;
	    files: number;
	}
	export interface ShelfTrial {
	    works: boolean;
	    code: string;
	    message: string;
	}
	export interface ShellEvent {
	    kind: ShellEventKind;
	    paths: string[];
	    links: string[];
	    command: string;
	    route: string;
	    x: number;
	    y: number;
	}
	export interface ShellInfo {
	    system: string;
	    version: string;
	    window: boolean;
	    dialogs: boolean;
	    paths: boolean;
	    menu: boolean;
	    tray: boolean;
	    background: boolean;
	    clipboard: boolean;
	    notices: boolean;
	    mediaUrl: string;
	}
	export interface ShellPreferences {
	    atClose: AtClose;
	    graphics: boolean;
	}
	export interface ShowPresets {
	    workspace: string;
	    presets: string[];
	}
	export interface Size {
	    preset: string;
	    label: string;
	    title: string;
	    width: number;
	    height: number;
	    fit: string;
	    crop: Rect;
	    own: boolean;
	    state: string;
	    missing: number;
	    safe: Rect;
	    enlarge: boolean;
	    earlier: number;
	}
	export interface Slot {
	    weekday: number;
	    minute: number;
	}
	export interface SlotSet {
	    id: string;
	    channel: string;
	    name: string;
	    zone: string;
	    spreadMs: number;
	    paused: boolean;
	    slots: Slot[];
	}
	export interface SlotTime {
	    channel: string;
	    when: When;
	    set: string;
	    name: string;
	    post: string;
	}
	export interface SplitDraft {
	    text: string;
	    channels: string[];
	    numbered: boolean;
	}
	export interface SwapRequest {
	    first: string[];
	    second: string[];
	}
	export interface TagAsset {
	    id: string;
	    add: string[];
	    remove: string[];
	}
	export interface TagAssets {
	    assets: string[];
	    add: string[];
	    remove: string[];
	}


	export interface TimeRules {
	    zone: string;
	    zoneChosen: boolean;
	    late: LateChoice;
	    lateFrom: string;
	    lateChosen: boolean;
	    notAfterMs: number;
	}

	export interface VideoTools {
	    there: boolean;
	    version: string;
	    path: string;
	    writes: boolean;
	    chosen: string;
	    why: string;
	    install: string;
	}
	export interface ToolTrial {
	    why: string;
	    tools: VideoTools;
	}
	export interface Tray {
	    state: string;
	    items: MenuItem[];
	}



	export interface Version {
	    number: number;
	    savedMs: number;
	    name: string;
	    reason: string;
	}
	export interface VersionContent {
	    version: Version;
	    content: Content;
	    variants: Variant[];
	}
	export interface VideoFacts {
	    width: number;
	    height: number;
	    durationMs: number;
	    rotation: number;
	    video: string;
	    audio: string;
	    frameRate: number;
	    bitRate: number;
	    front: boolean;
	}
	export interface VideoFit {
	    channel: string;
	    name: string;
	    network: string;
	    why: string[];
	    bytes: number;
	    longMs: number;
	    can: boolean;
	}
	export interface VideoTask {
	    id: string;
	    workspace: string;
	    name: string;
	    state: string;
	    share: number;
	    result: string;
	    code: string;
	    detail: string;
	    earlyMs: number;
	    createdMs: number;
	    endedMs: number;
	}

	export interface Vocabulary {
	    error: Error;
	    changed: Changed;
	    progress: Progress;
	    notice: Notice;
	    shell: ShellEvent;
	}
	export interface WatchFolder {
	    workspace: string;
	    path: string;
	    recursive: boolean;
	    reference: boolean;
	}
	export interface WatchedFolder {
	    id: string;
	    path: string;
	    name: string;
	    recursive: boolean;
	    reference: boolean;
	    reachable: boolean;
	}

	export interface Workspace {
	    id: string;
	    name: string;
	    demo: boolean;
	    createdMs: number;
	}
	export interface WorkspaceChange {
	    language?: string;
	    visibility?: string;
	    campaign?: string;
	    source?: string;
	    medium?: string;
	    twinDays?: number;
	    twinPictures?: boolean;
	}
	export interface WorkspaceSettings {
	    language: string;
	    visibility: string;
	    campaign: string;
	    source: string;
	    medium: string;
	    twinDays: number;
	    twinPictures: boolean;
	}
	export interface WriteCard {
	    id: string;
	    url: string;
	    title: string;
	    text: string;
	}
	export interface WriteDraft {
	    id: string;
	    content: Content;
	    variants: Variant[];
	    version: number;
	    kind: string;
	    reason: string;
	}
	export interface Written {
	    post: Post;
	    back: number;
	    forth: number;
	}
	export interface ZoneInfo {
	    id: string;
	    offsetMinutes: number;
	}
	export interface ZoneList {
	    here: string;
	    edition: string;
	    zones: ZoneInfo[];
	}
	export interface ZonedTime {
	    zone: string;
	    wall: string;
	    offsetMinutes: number;
	    abbreviation: string;
	    summer: boolean;
	}

}
