"""The terms of the NGSI-LD core @context as our own table: facts, one line per group.

Source: ETSI GS CIM 009 v1.9.1, annex B; the published v1.9 document. Not taken over: the scoped context inside
``ngsildproof`` (madang does not look into proofs).
"""

from collections.abc import Iterator
from typing import Final

from madang.model.entity import CORE, DEFAULT_VOCAB

GEOJSON: Final = "https://purl.org/geojson/vocab#"

_SAME_NAME = """
    Attribute AttributeList ContextSourceIdentity ContextSourceNotification ContextSourceRegistration Date DateTime
    EntityMap EntityType EntityTypeInfo EntityTypeList ExecutionResultDetails GeoProperty JsonProperty LanguageProperty
    ListProperty ListRelationship Notification Property Relationship Snapshot SnapshotNotification Subscription
    TemporalProperty Time VocabProperty accept aggrMethods aggrParams aggrPeriodDuration attributeCount
    attributeDetails attributeList attributeName attributeNames attributeTypes attributes attrs avg cacheDuration
    collation contextSourceAlias contextSourceExtras contextSourceInfo contextSourceTimeAt contextSourceUptime cooldown
    createdAt csf data datasetId deletedAt detail distinctCount endAt endTimeAt endpoint entities entity entityCount
    entityId entityList error errors expandValues expiresAt format geoQ geoproperty georel idPattern information
    instanceId isActive join jsonKeys jsonldContext jsons lang lastFailure lastN lastNotification lastSuccess lastUsedAt
    linkedMaps localOnly location management managementInterval max min mode modifiedAt ngsildConformance ngsildproof
    notUpdated notification notificationTrigger notifiedAt notifierInfo observationInterval observationSpace observedAt
    omit operationSpace operations orderBy ordering pick problemDetails propertyNames q reason receiverInfo refreshRate
    registrationId registrationName relationshipNames resultStatus scope scopeQ showChanges snapshotId snapshotLifetime
    snapshotPriority snapshotQueries snapshotQueriesDetails snapshotStatus snapshotTemporalQueries
    snapshotTemporalQueriesDetails startAt status stddev subscriptionId subscriptionName success sum sumsq sysAttrs
    temporalQ tenant throttling timeAt timeInterval timeout timeproperty timerel timesFailed timesSent totalCount
    triggerReason typeList typeName typeNames unchanged unitCode updated uri watchedAttributes
"""

_OTHER_NAME = {
    "containedBy": "isContainedBy",
    "dataset": "hasDataset",
    "entityMap": "hasEntityMap",
    "entityMapLifetime": "hasEntityMapLifetime",
    "joinLevel": "hasJoinLevel",
    "json": "hasJSON",
    "key": "hasKey",
    "languageMap": "hasLanguageMap",
    "languageMaps": "hasLanguageMaps",
    "object": "hasObject",
    "objectList": "hasObjectList",
    "objectLists": "hasObjectLists",
    "objectType": "hasObjectType",
    "objects": "hasObjects",
    "previousJson": "hasPreviousJson",
    "previousLanguageMap": "hasPreviousLanguageMap",
    "previousObject": "hasPreviousObject",
    "previousObjectList": "hasPreviousObjectList",
    "previousValue": "hasPreviousValue",
    "previousValueList": "hasPreviousValueList",
    "previousVocab": "hasPreviousVocab",
    "splitEntities": "hasSplitEntities",
    "value": "hasValue",
    "valueList": "hasValueList",
    "valueLists": "hasValueLists",
    "valueType": "hasValueType",
    "values": "hasValues",
    "vocab": "hasVocab",
    "vocabs": "hasVocabs",
}

_GEOJSON_NAME = """
    Feature FeatureCollection GeometryCollection LineString MultiLineString MultiPoint MultiPolygon Point Polygon bbox
    coordinates features geometry properties
"""

_ELSEWHERE = {
    "ngsi-ld": CORE,
    "geojson": GEOJSON,
    "id": "@id",
    "type": "@type",
    "description": "http://purl.org/dc/terms/description",
    "title": "http://purl.org/dc/terms/title",
    "langString": "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
}

_COERCED = {
    "@vocab": """attributeList attributeName attributeNames attributeTypes attributes objectType previousVocab
        propertyNames relationshipNames typeList typeName typeNames valueType vocab watchedAttributes""",
    "@id": "datasetId entityId instanceId object previousObject subscriptionId success tenant",
    "@json": "contextSourceExtras json previousJson problemDetails",
    CORE + "DateTime": """contextSourceTimeAt createdAt deletedAt endAt endTimeAt expiresAt lastFailure lastNotification
        lastSuccess lastUsedAt modifiedAt notifiedAt observedAt startAt timeAt""",
}

_CONTAINED = {
    "@list": """avg bbox coordinates distinctCount entityList jsons languageMaps max min objectList objectLists objects
        orderBy previousObjectList previousValueList snapshotQueries snapshotQueriesDetails snapshotTemporalQueries
        snapshotTemporalQueriesDetails stddev sum sumsq totalCount valueList valueLists values vocabs""",
    "@index": "dataset entityMap",
    "@language": "languageMap previousLanguageMap",
    "@set": "features",
}


def _spread(groups: dict[str, str]) -> dict[str, str]:
    return {term: group for group, terms in groups.items() for term in terms.split()}


TERMS: Final[dict[str, str]] = (
    {term: CORE + term for term in _SAME_NAME.split()}
    | {term: CORE + name for term, name in _OTHER_NAME.items()}
    | {term: GEOJSON + term for term in _GEOJSON_NAME.split()}
    | _ELSEWHERE
)
"""Core term -> IRI (or keyword)."""

COERCIONS: Final = _spread(_COERCED)
"""Core term -> ``@type`` of its definition, expanded."""

CONTAINERS: Final = _spread(_CONTAINED)
"""Core term -> ``@container`` of its definition."""

PREFIXES: Final = ("ngsi-ld", "geojson")


def _definitions() -> Iterator[tuple[str, object]]:
    for term, iri in TERMS.items():
        details = {"@type": COERCIONS.get(term), "@container": CONTAINERS.get(term)}
        given = {key: value for key, value in details.items() if value is not None}
        yield term, {"@id": iri, **given} if given else iri


def core_document() -> dict[str, object]:
    """The core @context as a JSON-LD document that can be served in place of ETSI's."""
    head: dict[str, object] = {"@version": 1.1, "@protected": True, "@vocab": DEFAULT_VOCAB}
    return {"@context": head | dict(_definitions())}
