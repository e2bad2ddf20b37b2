"""Prints operations.txt: the REST operations of the services that are not recognised by a header or a parameter.

To refresh: run it with a Python that has botocore (the venv of the project's tools has, once moto is installed), and
put what it prints into operations.txt.
"""

import botocore.loaders
import botocore.model

loader = botocore.loaders.Loader()
for name in ["apigateway", "lambda", "s3"]:
    service = botocore.model.ServiceModel(loader.load_service_model(name, "service-2"))
    for operation in map(service.operation_model, sorted(service.operation_names)):
        shape = operation.input_shape
        required = [shape.members[member].serialization for member in shape.required_members] if shape else []
        if operation.deprecated:
            # GetBucketLifecycle, whose successor has the same address.
            continue
        if any(place.get("location") == "header" for place in required):
            # Only a header tells it from another one: CopyObject from PutObject.
            continue
        uri = operation.http["requestUri"]
        for place in required:
            if place.get("location") == "querystring":
                # Tells UploadPart from PutObject.
                uri += ("&" if "?" in uri else "?") + place["name"]
        print(name, operation.http["method"], uri, operation.name)
