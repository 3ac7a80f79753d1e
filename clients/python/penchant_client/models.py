"""What the service answers: written by clients/generate.sh from the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Aggregating(BaseModel):
    """
    A snapshot that was learned before an erasure.
    """

    snapshot: str
    created_at: AwareDatetime


class AwaitingItem(BaseModel):
    """
    Events on items that the catalogue does not have: those that wait, and what became of others so far.
    """

    events: int
    people: int
    items: int
    since: str | None
    """
    When the oldest of them arrived.
    """
    adopted: int
    """
    Their item came: they count.
    """
    forgotten: int
    """
    Their item came, and their person had decided to forget them.
    """
    expired: int
    """
    Their item did not come in time (`ingest.awaiting.days`).
    """
    refused: int
    """
    There were too many (`ingest.awaiting.per_person`, `ingest.awaiting.events`).
    """


class CatalogueItem(BaseModel):
    """
    An item of the catalogue.
    """

    text: str | None = None
    tags: list[str] | None = None
    format: str | None = None
    language: str | None = None
    published_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    url: str | None = None
    provider: str | None = None
    attributes: dict[str, Any] | None = None
    item_id: str
    title: str


class CataloguePart(BaseModel):
    """
    A part of the catalogue.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    snapshot: str
    """
    The index that answered.
    """
    count: int
    """
    Items in all parts.
    """
    items: list[CatalogueItem]
    next_cursor: str | None = None
    """
    Asks for the next part; absent at the end.
    """


class ClusterPart(BaseModel):
    """
    A part of a subject.
    """

    items: int
    tags: list[str]
    """
    That most of them bear, and few others.
    """


class ControlAction(BaseModel):
    """
    One decision about a person's data.
    """

    action: str
    at: AwareDatetime
    key_id: str | None
    """
    Id of the key that it was made with.
    """
    detail: dict[str, Any]


class Controls(BaseModel):
    """
    The history of what was decided about a person's data.
    """

    user_id: str
    actions: list[ControlAction]


class Deletion(BaseModel):
    """
    What became of an id.
    """

    item_id: str
    status: Literal["deleted", "unknown"]


class DeletionCounts(BaseModel):
    """
    How many items became what.
    """

    deleted: int
    unknown: int
    matching: int | None = None
    """
    Items that the filter asks for, where there was one.
    """


class Deletions(BaseModel):
    """
    What became of every id, in their order.
    """

    counts: DeletionCounts
    results: list[Deletion]
    """
    Empty where a filter said which.
    """
    examples: list[str] | None = None
    """
    Titles of some that a filter asks for and that were not deleted.
    """


class EventCounts(BaseModel):
    """
    Rows by what became of them.
    """

    accepted: int
    awaiting_item: int = 0
    duplicate: int
    conflict: int = 0
    ignored: int
    rejected: int


class Evidence(BaseModel):
    """
    An event that an inference rests on.
    """

    event_id: str | None
    """
    By which it can be ignored.
    """
    item_id: str
    title: str
    event: str
    """
    Its type.
    """
    occurred_at: AwareDatetime
    age_days: float
    weight_now: float
    """
    What is left of its weight.
    """
    faded_at: AwareDatetime
    """
    When a tenth of its weight will be left.
    """


class FieldError(BaseModel):
    """
    One thing that is wrong with a request.
    """

    row: int | None = None
    """
    The row of a body with many, from 1; in NDJSON the number of the line.
    """
    field: str
    """
    Path of the field, such as `tags.2`; empty for the whole.
    """
    message: str
    """
    What is wrong, as a predicate: "must not be empty".
    """


class FloorReceipt(BaseModel):
    """
    What was promised of the slate, and what was kept.
    """

    floor: Literal["exploration", "recency", "length", "topic_cap", "provider_cap", "distance"]
    required: int
    """
    Items promised; for a cap, items of one topic or provider at most.
    """
    achieved: int
    """
    Items in the slate; for a cap, of the topic or provider that has most; for distance, unlike all before them.
    """
    reason: str | None = None
    """
    Why not, where the promise could not be kept.
    """
    window: int | None = None
    """
    Slots shown to the person, this slate included, over which the floor holds; null for this slate alone.
    """


class FormatShare(BaseModel):
    """
    A format engaged with.
    """

    events: int
    """
    How many events.
    """
    half_life_days: float
    """
    Days until an event counts half.
    """
    faded_at: AwareDatetime
    """
    When a tenth of what it weighs now will be left, if nothing is added.
    """
    evidence: list[Evidence]
    """
    The events that weigh most.
    """
    format: str
    share: float


class Freshness(BaseModel):
    """
    How old the evidence is, and how fast it fades.
    """

    as_of: AwareDatetime
    oldest_event: AwareDatetime | None
    newest_event: AwareDatetime | None
    half_life_positive_days: float
    half_life_negative_days: float


class Hours(BaseModel):
    """
    When a person engages.
    """

    events: int
    """
    How many events.
    """
    half_life_days: float
    """
    Days until an event counts half.
    """
    faded_at: AwareDatetime
    """
    When a tenth of what it weighs now will be left, if nothing is added.
    """
    evidence: list[Evidence]
    """
    The events that weigh most.
    """
    time_zone: str
    shares: list[float]
    """
    Part of the decayed positive mass in each hour of the day, from midnight.
    """


class ItemCounts(BaseModel):
    """
    Rows by what became of them.
    """

    created: int
    updated: int
    rejected: int


class ItemRow(BaseModel):
    """
    What became of an item.
    """

    row: int
    """
    From 1; in NDJSON the number of the line.
    """
    errors: list[FieldError] | None = None
    """
    What is wrong with it, if it was rejected or is in conflict.
    """
    message: str | None = None
    """
    What else there is to know.
    """
    item_id: str | None
    """
    As it was sent; null where the row has none.
    """
    status: Literal["created", "updated", "rejected"]


class ItemTogether(BaseModel):
    """
    An item that people took who took another one.
    """

    text: str | None = None
    tags: list[str] | None = None
    format: str | None = None
    language: str | None = None
    published_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    url: str | None = None
    provider: str | None = None
    attributes: dict[str, Any] | None = None
    item_id: str
    title: str
    rank: int
    """
    Its place, from 1.
    """
    score: float
    """
    Of `/popular`, how many people engaged with it, as that fades; of `/trending`, by how many standard deviations it
    has more people than its past predicts.
    """
    people: int | None = None
    """
    Of `/trending`, who engaged with it in the last days; of a segment, who of it ever did.
    """
    share: float
    """
    Of the people who took the other, those who took this one too.
    """


class ItemsNaming(BaseModel):
    """
    Items of the catalogue that have the id as a value, such as their provider.
    """

    statement: str
    """
    By which rule they stay.
    """
    count: int
    item_ids: list[str]
    """
    The first ten of them.
    """


class LanguageReading(BaseModel):
    """
    How much the encoder reads of the items of one language.
    """

    items: int
    unread_items: int
    """
    Items of whose text it reads too little.
    """
    unread_share: float
    """
    Mean share of letters that its vocabulary lacks.
    """
    cut_share: float
    """
    Share of texts that are longer than what it reads.
    """


class LastBackup(BaseModel):
    """
    What became of the last backup.
    """

    at: AwareDatetime
    ok: bool
    said: str
    """
    Where it is, or why there is none.
    """
    good_at: AwareDatetime | None
    """
    When the last good one was made.
    """


class ListedItem(BaseModel):
    """
    An item of a list.
    """

    text: str | None = None
    tags: list[str] | None = None
    format: str | None = None
    language: str | None = None
    published_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    url: str | None = None
    provider: str | None = None
    attributes: dict[str, Any] | None = None
    item_id: str
    title: str
    rank: int
    """
    Its place, from 1.
    """
    score: float
    """
    Of `/popular`, how many people engaged with it, as that fades; of `/trending`, by how many standard deviations it
    has more people than its past predicts.
    """
    people: int | None = None
    """
    Of `/trending`, who engaged with it in the last days; of a segment, who of it ever did.
    """


class MergeReceipt(BaseModel):
    """
    What a merge did.
    """

    user_id: str
    from_: str = Field(..., alias="from")
    merged: bool
    """
    False where it had been done before.
    """


class MutedThings(BaseModel):
    """
    What a person never wants to see.
    """

    tags: list[str] | None = None
    topics: list[str] | None = None
    providers: list[str] | None = None


class Negative(BaseModel):
    """
    What was spoken against.
    """

    evidence: list[Evidence]
    """
    The negative events that weigh most.
    """


class Part(BaseModel):
    """
    A part of an item's score, and what it rests on.
    """

    kind: Literal["event", "other_events", "stated_preference", "recency", "popularity"]
    part: float
    """
    In units of the score; negative where it lowers it.
    """
    item_id: str | None = None
    """
    Item of the event.
    """
    title: str | None = None
    """
    Its title.
    """
    event: str | None = None
    """
    Type of the event.
    """
    occurred_at: AwareDatetime | None = None
    """
    When it happened.
    """
    events: int | None = None
    """
    How many events are summed up.
    """


class PersonalizationReceipt(BaseModel):
    """
    How a person's switch stands.
    """

    user_id: str
    personalization: bool
    history: Literal["keep", "forget"]
    """
    What became of what was learned before.
    """
    keep_seen: bool
    """
    Whether items that they have seen stay out of their slates.
    """


class PersonalizationSwitching(BaseModel):
    """
    That personalisation was switched off or on somewhere.
    """

    scope: Literal["all", "scenario", "segment"]
    scenario: str | None = None
    """
    Where, if in one scenario.
    """
    segment: str | None = None
    """
    An attribute of people, if for a segment.
    """
    value: str | None = None
    """
    Of that attribute.
    """
    enabled: bool
    """
    Whether personalisation is on there from then on.
    """
    at: AwareDatetime
    key_id: str
    """
    Of who did it.
    """
    why: str


class ProfileWarning(BaseModel):
    """
    A name among what is stated that nothing in the catalogue bears: it may come later.
    """

    field: str
    """
    Where it stands, such as `muted.tags.0`.
    """
    value: str
    message: str
    did_you_mean: str | None = None
    """
    The nearest name that something bears, if one is near.
    """


class Reading(BaseModel):
    """
    How a person reads.
    """

    events: int
    """
    How many events.
    """
    half_life_days: float
    """
    Days until an event counts half.
    """
    faded_at: AwareDatetime
    """
    When a tenth of what it weighs now will be left, if nothing is added.
    """
    evidence: list[Evidence]
    """
    The events that weigh most.
    """
    opened: int
    """
    Items opened.
    """
    finished: int
    """
    Items finished.
    """
    completion: float
    """
    Part of the items opened that was finished, each item counting what is left of its latest event.
    """
    words_per_minute: float | None
    """
    Median over the latest finished items of which the time is known.
    """


class Ready(BaseModel):
    """
    Requests can be answered.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    ready: bool
    state: Literal["ready", "degraded", "not_ready"] | None = None
    """
    `degraded` where requests are answered and something else is the matter, which `reasons` say.
    """
    reasons: list[str]
    """
    What is the matter; while another index still serves, this may say why a newer one was refused.
    """
    writes: Literal["taken", "failing"] | None = None
    """
    Whether anything can be stored: while it cannot, answers go on, and events and changes are answered with 503.
    """
    backup: LastBackup | None = None
    """
    The last backup that was tried; null where none was.
    """
    snapshot: str | None = None
    """
    The index that is served.
    """
    policy: str | None = None
    """
    The policy in force: weights, floors and this index.
    """
    items: int | None = None
    """
    Items of the catalogue.
    """
    people: int | None = None
    """
    People of whom anything is known.
    """
    events_sequence: int | None = None
    """
    Number of the last event that was learned from when this index was taken up.
    """
    vectors: Literal["content", "exact", "spectral"] | None = None
    """
    What item vectors carry: content alone, or behaviour too, and how that was learned.
    """
    recall_at_10: float | None = None
    """
    How much of an exact search the index finds.
    """
    unread_items: int | None = None
    """
    Items of the index whose text its encoder cannot read: they live by tags, behaviour and popularity.
    """
    reading: dict[str, LanguageReading] | None = None
    """
    What the encoder reads, by language; empty where it cannot tell.
    """
    set_aside: dict[str, int] | None = None
    """
    `people` and `events`: ids that act at a rate that no person has (`events.machine_events_per_day`), and what of
    theirs counts in no popularity and no item vectors.
    """
    undeclared_events: dict[str, int] | None = None
    """
    Events of types that no settings declare any more, when the service started: they are kept as the charter
    says, and nothing is learned from them.
    """
    awaiting_item: AwaitingItem | None = None
    """
    Events on items that the catalogue does not have; `GET /admin/awaited-items` names the items.
    """
    not_finite: dict[str, int] | None = None
    """
    Numbers that came out as no finite number since this index was taken up and were left out of scores, by term; any
    is a fault of Penchant.
    """
    access: Literal["keys", "this-machine-only"]
    """
    Who is served: those with a key or a token, or, while there are no keys, this machine only and without any.
    """


class Reason(BaseModel):
    """
    Why an item stands in a slate.
    """

    code: Literal["because_you", "similar_to", "stated_preference", "session", "history", "fresh", "popular", "explore"]
    share: float | None = None
    """
    The evidence's part of the item's score, divided by the score.
    """
    tag: str | None = None
    """
    Tag that the item bears: shared with the evidence, preferred by the person, or, for exploration, what it is.
    """
    item_id: str | None = None
    """
    Item of the strongest event of the evidence.
    """
    title: str | None = None
    """
    Its title.
    """
    event: str | None = None
    """
    Type of that event.
    """
    occurred_at: AwareDatetime | None = None
    """
    When that happened.
    """
    verb: str | None = None
    """
    What the person did with that item.
    """
    different: bool | None = None
    """
    Of `explore`: whether the item is of a kind that the person neither stated nor liked; else it is there for
    variety.
    """
    link: Literal["content", "behaviour"] | None = None
    """
    Of `similar_to`: whether the items are alike, or linked only by what people did; null, or `behaviour`, and they
    are not called similar.
    """
    events: int | None = None
    """
    How many events the evidence has.
    """
    evidence: list[Part] | None = None
    """
    The strongest of them.
    """


class ResetReceipt(BaseModel):
    """
    What a reset did.
    """

    user_id: str
    epoch: int
    """
    How often they were reset, this time included.
    """
    reset_at: AwareDatetime
    scope: Literal["all", "topic", "since"]
    """
    What was forgotten: everything, a topic, or what happened since a time.
    """
    kept_seen: bool
    """
    Whether items that they have seen stay out of their slates.
    """
    undo_until: AwareDatetime
    """
    Until when it can be undone; then what was forgotten is deleted.
    """


class ReturnReceipt(BaseModel):
    """
    What became of somebody's wish to be known again.
    """

    user_id: str
    was_erased: bool
    """
    Whether anything was still refused.
    """
    refused_before: AwareDatetime | None
    """
    What happened before is refused still; null where nothing is.
    """


class SessionTopic(BaseModel):
    """
    A topic of the session.
    """

    topic: str
    share: float


class Signals(BaseModel):
    """
    Events that count, by polarity.
    """

    positive: int
    neutral: int
    negative: int
    by_type: dict[str, int]
    """
    The same by event type.
    """


class SimilarItem(BaseModel):
    """
    A nearest neighbour.
    """

    text: str | None = None
    tags: list[str] | None = None
    format: str | None = None
    language: str | None = None
    published_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    url: str | None = None
    provider: str | None = None
    attributes: dict[str, Any] | None = None
    item_id: str
    title: str
    rank: int
    score: float
    """
    Orders the answer: no measure of likeness, and not comparable between answers.
    """
    likeness: float
    """
    Cosine of the content vectors of item and query.
    """
    match: Literal["title", "words", "meaning", "content", "behaviour"] | None
    """
    In what way: a text is the `title` or within it, has `words` in common, or `meaning`; an item is alike in
    `content`, or by `behaviour` alone; null where it is only the nearest there is.
    """
    label: str
    """
    What they have in common, for a person to read.
    """


class StageTrace(BaseModel):
    """
    What a stage of the query did.
    """

    stage: str
    n_in: int
    """
    Items that it was given.
    """
    n_out: int
    """
    Items that it left; what a filter dropped is the difference.
    """
    ms: float
    """
    Milliseconds.
    """


class StatedPreferences(BaseModel):
    """
    What a person says to like; what is absent was not stated.
    """

    tags: list[str] | None = None
    topics: list[str] | None = None
    less_of: list[str] | None = None
    providers: list[str] | None = None
    formats: list[str] | None = None
    languages: list[str] | None = None


class SubjectPart(BaseModel):
    """
    What a topic comprises.
    """

    statement: str
    """
    In a sentence, for people.
    """
    items: int
    clusters: list[ClusterPart]
    """
    The groups of like items that the build found to be one subject, those with most items first.
    """


class Tag(BaseModel):
    """
    A tag.
    """

    tag: str
    items: int
    """
    Items that bear it and may be shown to anybody.
    """
    people: int | None
    """
    Who engaged with such an item; null of too few.
    """
    examples: list[str]
    """
    Titles of some of them.
    """


class Tags(BaseModel):
    """
    Tags, those of most items first.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    tags: list[Tag]


class Topic(BaseModel):
    """
    A topic.
    """

    topic: str
    """
    By which it is named in profiles and filters.
    """
    name: str
    """
    For people to read.
    """
    items: int
    """
    Items that are on it and may be shown to anybody.
    """
    people: int | None
    """
    Who engaged with such an item; null of too few.
    """
    examples: list[str]
    """
    Titles of some of them.
    """


class TopicShare(BaseModel):
    """
    A topic of interest.
    """

    events: int
    """
    How many events.
    """
    half_life_days: float
    """
    Days until an event counts half.
    """
    faded_at: AwareDatetime
    """
    When a tenth of what it weighs now will be left, if nothing is added.
    """
    evidence: list[Evidence]
    """
    The events that weigh most.
    """
    topic: str
    """
    Its slug, by which requests name it.
    """
    name: str | None
    """
    Null where no tag and no word names the topic: `evidence` shows what it is.
    """
    share: float
    """
    Part of the decayed positive mass.
    """
    established: bool
    """
    Whether it is among the established interests, which exploration leaves aside.
    """
    trend: float | None
    """
    Its share of the last 30 days, less its share of the time before; null without events in both.
    """


class Topics(BaseModel):
    """
    Topics, those of most items first.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    topics: list[Topic]


class UserToken(BaseModel):
    """
    A token that speaks for one person.
    """

    user_id: str
    token: str
    """
    To be sent in `Authorization: Bearer`.
    """
    token_type: Literal["Bearer"]
    expires_at: AwareDatetime
    """
    From then on it is good for nothing.
    """


class Withheld(BaseModel):
    """
    What one filter held back.
    """

    filter: str
    """
    Its name, such as seen, muted, language or sensitive.
    """
    count: int
    """
    Items; each counts once, under the first filter that holds it back.
    """
    detail: dict[str, int] | None = None
    """
    The same by sensitive topic or by language; an item on two topics counts under both.
    """


class Aggregates(BaseModel):
    """
    What was learned from many people together, and can therefore not be taken apart again.
    """

    statement: str
    snapshots: list[Aggregating]
    rebuilt_at: AwareDatetime | None
    """
    When the index will be built without this person, unless somebody does it before; null where there is no need,
    or nobody has been told to.
    """


class Attribution(BaseModel):
    """
    What an item's score consists of, counted twice.
    """

    terms: dict[str, float]
    """
    By term of the score; they sum to the score.
    """
    evidence: list[Part]
    """
    By what it rests on; these sum to the score as well. With `debug` every event is named.
    """


class ErasureReceipt(BaseModel):
    """
    What an erasure did.
    """

    user_id: str
    erased_at: AwareDatetime
    deleted: dict[str, int]
    """
    How much was deleted, by store.
    """
    aliases: int
    """
    How many further ids of the person were erased.
    """
    database_rewritten: bool
    """
    Whether the database file was written anew, since it held bytes of deleted rows.
    """
    refused_until: AwareDatetime
    """
    Until when what arrives of the person is refused, unless they return before; known by a digest of the id.
    """
    items: ItemsNaming
    """
    Where the id stands outside of what is held of people.
    """
    aggregates: Aggregates


class EventRow(BaseModel):
    """
    What became of an event.
    """

    row: int
    """
    From 1; in NDJSON the number of the line.
    """
    errors: list[FieldError] | None = None
    """
    What is wrong with it, if it was rejected or is in conflict.
    """
    message: str | None = None
    """
    What else there is to know.
    """
    event_id: str | None
    """
    As it was sent; null where the row has none.
    """
    status: Literal["accepted", "awaiting_item", "duplicate", "conflict", "ignored", "rejected"]
    """
    What is on an item that the catalogue does not have waits until the item comes. A duplicate was accepted before,
    or is a further impression of an item in one answer; a conflict bears the id of another event of its person; what
    may not be stored, as from before its person's last reset, is ignored.
    """
    reason: Literal["too_old", "forgotten", "personalization_off", "sensitive", "too_many"] | None = None
    """
    Why it was ignored: older than the charter keeps such events, from before or about what the person forgot, of a
    person who switched personalization off, or on a sensitive topic without permission; `message` says it in words. Or
    why it was rejected, if for no fault of its own: too many of the person's came in a minute.
    """


class Explicit(BaseModel):
    """
    What was stated of a person; what is absent was not.
    """

    role: str | None = None
    goals: list[str] | None = None
    preferences: StatedPreferences | None = None
    muted: MutedThings | None = None
    allowed_sensitive_topics: list[str] | None = None
    time_zone: str | None = None
    attributes: dict[str, Any] | None = None
    personalization: bool | None = None


class ItemList(BaseModel):
    """
    Items, first first.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    snapshot: str
    """
    The index that answered.
    """
    items: list[ListedItem]
    reason: str | None = None
    """
    Why there are fewer items than asked for; absent where there are as many.
    """
    withheld: list[Withheld]
    """
    What filters held back of the items that were looked at.
    """


class ItemResults(BaseModel):
    """
    What became of every row.
    """

    counts: ItemCounts
    results: list[ItemRow]


class ItemsTogether(BaseModel):
    """
    Items that go with one, those that do most first: by `people / sqrt(a * b)`, of `a` and `b` who took either.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    snapshot: str
    """
    The index that answered.
    """
    people: int | None = None
    """
    Who took the item that was named; absent of too few.
    """
    items: list[ItemTogether]
    reason: str | None = None
    """
    Why there are fewer items than asked for; absent where there are as many.
    """
    withheld: list[Withheld]
    """
    What filters held back of the items that were looked at.
    """


class PersonalizationSwitches(BaseModel):
    """
    Where the operator has switched personalisation off.
    """

    switched_off: list[PersonalizationSwitching]
    """
    What holds now.
    """
    record: list[PersonalizationSwitching]
    """
    All that was ever switched, oldest first.
    """


class SessionIntent(BaseModel):
    """
    What a person is after just now.
    """

    topics: list[SessionTopic]
    half_life_minutes: float
    faded_at: AwareDatetime
    events: int
    evidence: list[Evidence]


class SimilarItems(BaseModel):
    """
    The nearest neighbours, nearest first.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    snapshot: str
    """
    The index that answered.
    """
    policy: str
    """
    Weights, floors and index by which it was made: the id of a policy.
    """
    near: bool
    """
    Whether anything is near. Where nothing is, a text is answered with no items, and an item with its nearest.
    """
    items: list[SimilarItem]
    reason: str | None = None
    """
    Why there are fewer items than asked for; absent where there are as many.
    """
    withheld: list[Withheld]
    """
    What filters held back of the neighbours that were looked at.
    """


class SlateItem(BaseModel):
    """
    A recommended item.
    """

    text: str | None = None
    tags: list[str] | None = None
    format: str | None = None
    language: str | None = None
    published_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    url: str | None = None
    provider: str | None = None
    attributes: dict[str, Any] | None = None
    item_id: str
    title: str
    rank: int | None = None
    """
    Its place, from 1; with `explain=full`, like all that is null here.
    """
    score: float | None = None
    source: str | None = None
    """
    The stage that brought it.
    """
    label: str
    """
    Why it is here, for the person to read.
    """
    reasons: list[Reason]
    """
    Why it is here: what the label rests on, and with `explain=full` all else that is true, with the evidence.
    """
    exploration: bool
    """
    Whether it lies outside what is the person's own: their interests, leading tags and statements.
    """
    sensitive: bool | None = None
    """
    Whether it is on a sensitive topic that the charter does not leave free: the person permits that topic, or items
    on it are recommended to everybody and nothing is learned from them.
    """
    terms: dict[str, float] | None = None
    """
    The score's terms, with `debug`.
    """
    attribution: Attribution | None = None
    """
    What the score consists of, exactly.
    """
    promotion: Literal["pinned", "boosted"] | None = None
    """
    Whether the scenario puts the item forward: `pinned` to its place, or `boosted` in score. The label says so.
    """


class EventResults(BaseModel):
    """
    What became of every row.
    """

    counts: EventCounts
    results: list[EventRow]


class Implicit(BaseModel):
    """
    What was inferred of a person from their events; nothing while personalization is off.
    """

    topics: list[TopicShare]
    formats: list[FormatShare]
    reading: Reading | None
    hours: Hours | None
    session: SessionIntent | None


class Profile(BaseModel):
    """
    What is held of a person: what they stated, and what was inferred from which events.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    user_id: str
    known: bool
    """
    False for a person who never came; the rest is then empty.
    """
    personalization: bool
    """
    Whether anything is learned of them.
    """
    epoch: int
    """
    How often they were reset.
    """
    explicit: Explicit
    warnings: list[ProfileWarning]
    """
    Controls and preferences without effect, since they name nothing.
    """
    implicit: Implicit
    negative: Negative
    signals: Signals
    freshness: Freshness


class Slate(BaseModel):
    """
    The recommended items, in order.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    recommendation_id: str
    """
    Names this answer; echo it in events.
    """
    user_id: str
    personalized: bool
    """
    Whether anything was known of the person that the slate could follow.
    """
    switched_off: Literal["all", "scenario", "segment"] | None = None
    """
    For whom, or where, the operator has switched personalisation off, if that is why the slate follows nothing.
    """
    snapshot: str
    """
    The index that answered.
    """
    policy: str
    """
    Weights, floors and index by which it was made: the id of a policy.
    """
    items: list[SlateItem]
    receipt: list[FloorReceipt]
    withheld: list[Withheld]
    """
    What filters held back: of the whole catalogue where the slate is shorter than asked, and else of the candidates
    and of what was not looked for because the person had seen it, spoken against it, muted or excluded it.
    """
    trace: list[StageTrace] | None = None
    """
    With `debug`: what every stage did.
    """
    scenario: str | None = None
    """
    The request's, if it had one.
    """
    next_cursor: str | None
    """
    Continues this slate; null where it cannot be continued.
    """


class Exported(BaseModel):
    """
    Everything held of a person; each list as rows of the file of the same name in the zip archive.
    """

    user_id: str
    profile: Profile
    users: list[dict[str, Any]]
    """
    What they state, as in a users file; at most one row.
    """
    events: list[dict[str, Any]]
    """
    Events that count, as in an events file.
    """
    awaiting: list[dict[str, Any]]
    """
    Events on items that the catalogue does not have yet.
    """
    forgotten: list[dict[str, Any]]
    """
    Events that were forgotten and will be deleted.
    """
    seen: list[dict[str, Any]]
    """
    Items known as seen without an event.
    """
    controls: list[ControlAction]
    forgettings: list[dict[str, Any]]
    aliases: list[dict[str, Any]]
    """
    Ids that were merged into this one.
    """
    slates: list[dict[str, Any]]
    """
    Answers that can still be continued.
    """
    audit: list[dict[str, Any]]
    """
    What operators and services did with the person's data, and when.
    """
    served: list[dict[str, Any]]
    """
    What was recommended, answer by answer.
    """


class InterestReceipt(BaseModel):
    """
    What became of a wish about a topic.
    """

    user_id: str
    topic: str
    wish: Literal["more", "less", "mute"] | None
    """
    Null where the topic was removed.
    """
    comprises: SubjectPart
    """
    What the wish is about: the whole subject.
    """
    preview: bool
    """
    Whether nothing was changed.
    """
    before: Slate | None
    """
    In a preview, the slate as things stand.
    """
    after: Slate | None
    """
    In a preview, the slate that would come of it.
    """


class Page(BaseModel):
    """
    The slates of one page, in the order of its placements.
    """

    stale: bool | None = None
    """
    True where it rests on what could not be proved, since the database that several processes share is away.
    """
    user_id: str
    slates: list[Slate]
