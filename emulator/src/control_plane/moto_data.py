"""Changes of tables and queues, which moto 5.2.5 answers otherwise than AWS.

- A table that becomes on demand keeps the capacity that it had. AWS answers 0, and the provider then refuses the next plan.
- A queue loses its policy when another attribute changes.

Runs in moto's process, before `moto.py`.
"""

from moto.dynamodb.models import DynamoDBBackend
from moto.sqs.models import Queue

NO_CAPACITY = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


def update_table_and_capacity(self, *arguments, motos_own=DynamoDBBackend.update_table, **named):
    table = motos_own(self, *arguments, **named)
    if table.billing_mode == "PAY_PER_REQUEST":
        table.throughput = dict(NO_CAPACITY)
        for index in table.global_indexes:
            index.throughput = dict(NO_CAPACITY)
    return table


def set_queue_attributes(self, attributes, now=None, motos_own=Queue._set_attributes):
    kept = {} if "Policy" in attributes else {"Policy": self.policy}
    motos_own(self, {**attributes, **kept}, now)


DynamoDBBackend.update_table = update_table_and_capacity
Queue._set_attributes = set_queue_attributes
