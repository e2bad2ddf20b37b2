"""What moto would deliver to Lambda functions, handed to the data plane, which runs them.

- moto runs a function in Docker when a message, object or item is for it. Here it prints what is to be delivered as a line
  of JSON on standard output instead; the control plane passes that on.
- moto polls queues and streams as they are written. Here nobody does in moto: the data plane polls, as Lambda does.
- moto sends an event to some kinds of targets and fails for others. Here the data plane routes events by the applied rules.
- moto leaves out half of the fields of S3's events.

- moto writes a queue's redrive policy with spaces, which Terraform takes for a change, and knows no defaults of mappings.

Runs in moto's process, before `moto.py`.
"""

import json
import sys
import threading
import time
import uuid
from datetime import datetime, timezone
from urllib.parse import quote_plus

from flask import request
from moto.awslambda.models import EventSourceMapping
from moto.dynamodb.models.table import Table
from moto.events.models import EventsBackend, Rule
from moto.s3 import notifications
from moto.s3.models import S3Backend
from moto.sns.models import Subscription
from moto.sqs.models import Queue

# `moto.py` gives `sys.stdout` to whatever moto prints.
deliveries = sys.stdout
printing = threading.Lock()


def hand_over(kind, **delivery):
    line = json.dumps({"delivery": kind, **delivery}, default=str)
    with printing:
        print(line, file=deliveries, flush=True)


def in_milliseconds(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


# Queues and streams: moto would invoke functions of this dictionary.
nothing_polls = property(lambda self: {}, lambda self, mappings: None)
Queue.lambda_event_source_mappings = nothing_polls
Table.lambda_event_source_mappings = nothing_polls


def queue_attributes(self, motos_own=Queue.attributes.fget):
    attributes = motos_own(self)
    if self.redrive_policy:
        attributes["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
    return attributes


# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
def create_mapping(self, spec, motos_own=EventSourceMapping.__init__):
    spec = {"MaximumBatchingWindowInSeconds": 0, **spec}
    if ":dynamodb:" in spec["EventSourceArn"]:
        of_streams = {"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1, "ParallelizationFactor": 1}
        spec = {**of_streams, "BisectBatchOnFunctionError": False, **spec}
    motos_own(self, spec)


Queue.attributes = property(queue_attributes)
EventSourceMapping.__init__ = create_mapping


# S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
# The account is the same for everyone here, and so is its address.
PRINCIPAL = "AWS:123456789012"


def s3_event(event_name, bucket, key, notification_id):
    name = event_name.split(":", 1)[1]
    removed = name.startswith("ObjectRemoved")
    stored = {"key": quote_plus(key.name)}
    if not removed:
        stored |= {"size": key.size, "eTag": key.etag.replace('"', "")}
    if bucket.is_versioned:
        stored["versionId"] = str(key.version_id)
    stored["sequencer"] = f"{time.time_ns():018X}"
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": bucket.region_name,
                "eventTime": in_milliseconds(datetime.now(timezone.utc)),
                "eventName": name,
                "userIdentity": {"principalId": PRINCIPAL},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {
                    "x-amz-request-id": uuid.uuid4().hex[:16].upper(),
                    "x-amz-id-2": uuid.uuid4().hex,
                },
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": notification_id,
                    "bucket": {
                        "name": bucket.name,
                        "ownerIdentity": {"principalId": "A3NL1KOZZKEXAMPLE"},
                        "arn": bucket.arn,
                    },
                    "object": stored,
                },
            }
        ]
    }


def send_event(account_id, event_name, bucket, key, motos_own=notifications.send_event):
    # moto tags every new object. On AWS only PutObjectTagging is an event of its own.
    tagged = notifications.S3NotificationEvent.OBJECT_TAGGING_PUT_EVENT
    if event_name != tagged or "tagging" in request.args:
        motos_own(account_id, event_name, bucket, key)


def s3_to_lambda(account_id, event_body, fn_arn, region_name):
    hand_over("s3", function=fn_arn, account=account_id, event=event_body)


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}


def s3_to_event_bridge(account_id, bucket, event_name, key):
    name = event_name.split(":", 1)[1]
    removed = name.startswith("ObjectRemoved")
    stored = {"key": key.name}
    if not removed:
        stored |= {"size": key.size, "etag": key.etag.replace('"', "")}
    if bucket.is_versioned:
        stored["version-id"] = str(key.version_id)
    stored["sequencer"] = f"{time.time_ns():018X}"
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": stored,
        "request-id": uuid.uuid4().hex[:16].upper(),
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
    }
    if name in REASONS:
        detail["reason"] = REASONS[name]
    if removed:
        marker = name.endswith("DeleteMarkerCreated")
        detail["deletion-type"] = "Delete Marker Created" if marker else "Permanently Deleted"
    hand_over(
        "event",
        bus="default",
        event=event_bridge_event(
            str(uuid.uuid4()),
            notifications._detail_type(event_name),
            "aws.s3",
            account_id,
            time.time(),
            bucket.region_name,
            [bucket.arn],
            detail,
        ),
    )


def set_delete_marker(self, bucket_name, key_name, motos_own=S3Backend._set_delete_marker):
    marker = motos_own(self, bucket_name, key_name)
    notifications.send_event(
        self.account_id,
        notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT,
        self.get_bucket(bucket_name),
        marker,
    )
    return marker


S3Backend._set_delete_marker = set_delete_marker
notifications.send_event = send_event
notifications._get_s3_event = s3_event
notifications._invoke_awslambda = s3_to_lambda
notifications._send_event_bridge_message = s3_to_event_bridge


# SNS. A message for a function has passed the subscription's filter, and its text is that of the protocol `lambda`.
def publish(
    self,
    message,
    message_id,
    subject=None,
    message_attributes=None,
    group_id=None,
    deduplication_id=None,
    message_structure=None,
    motos_own=Subscription.publish,
):
    if self.protocol != "lambda":
        # moto takes any text for true, also `false`.
        if self.attributes.get("RawMessageDelivery") == "false":
            del self.attributes["RawMessageDelivery"]
        return motos_own(
            self,
            message,
            message_id,
            subject=subject,
            message_attributes=message_attributes,
            group_id=group_id,
            deduplication_id=deduplication_id,
            message_structure=message_structure,
        )
    matcher = self._filter_policy_matcher
    if matcher is not None and not matcher.matches(message_attributes, message):
        return None
    if message_structure == "json":
        message = self._parse_message_structure(message, self.protocol)
    hand_over(
        "sns",
        function=self.endpoint,
        subscription=self.arn,
        topic=self.topic.arn,
        message_id=message_id,
        subject=subject,
        message=message,
        attributes={
            name: {"Type": value["Type"], "Value": value["Value"]}
            for name, value in (message_attributes or {}).items()
        },
    )
    return None


Subscription.publish = publish


# EventBridge. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
def event_bridge_event(id, detail_type, source, account, moment, region, resources, detail):
    moment = datetime.fromtimestamp(float(moment), timezone.utc)
    return {
        "version": "0",
        "id": id,
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": resources,
        "detail": detail,
    }


def put_events(self, events, motos_own=EventsBackend.put_events):
    entries = motos_own(self, events)
    for event, entry in zip(events, entries):
        if "EventId" not in entry:
            continue
        hand_over(
            "event",
            bus=self._normalize_event_bus_arn(event.get("EventBusName")).split("event-bus/")[-1],
            event=event_bridge_event(
                entry["EventId"],
                event["DetailType"],
                event["Source"],
                self.account_id,
                event.get("Time") or time.time(),
                self.region_name,
                event.get("Resources") or [],
                json.loads(event["Detail"]),
            ),
        )
    return entries


# The data plane matches patterns.
Rule.send_to_targets = lambda self, original_event, transform_input=True: None
EventsBackend.put_events = put_events
