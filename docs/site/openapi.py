"""Turns an OpenAPI document into Markdown: a page for each tag, and one for all objects."""

import re

METHODS = ("get", "post", "put", "patch", "delete")


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def last(ref):
    return ref.rsplit("/", 1)[1]


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def kind(schema):
    """Returns the type of a value, with a link if it is an object of a name."""
    if "$ref" in schema:
        name = last(schema["$ref"])
        return f"[{name}](objects.md#{slug(name)})"
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return (" and " if word == "allOf" else " or ").join(kind(each) for each in schema[word])
    if "const" in schema:
        return f"`{cell(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{cell(value)}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return "array of " + kind(schema.get("items", {}))
    types = schema.get("type", "any value")
    types = " or ".join(types) if isinstance(types, list) else types
    return f"{types} ({schema['format']})" if "format" in schema else types


def limits(schema):
    """Returns the bounds and the default of a value in words."""
    words = []
    for low, high, unit in (
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
    ):
        if low in schema and high in schema:
            words.append(f"{schema[low]:,} to {schema[high]:,}{unit}")
        elif high in schema:
            words.append(f"{schema[high]:,}{unit} at most")
        elif low in schema:
            words.append(f"{schema[low]:,}{unit} at least")
    if "default" in schema:
        words.append(f"default `{cell(schema['default'])}`")
    return "; ".join(words)


def meaning(described, schema):
    return cell(". ".join(part.rstrip(".") for part in (described.get("description", ""), limits(schema)) if part))


def table(lines, head, rows):
    rows = list(rows)
    if rows:
        lines += ["", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]


def bodies(content):
    return " or ".join(f"{kind(of.get('schema', {}))} as `{cell(media)}`" for media, of in content.items())


def call(document, method, path, operation):
    """Returns the lines of one call."""
    components = document["components"]
    lines = ["", f"## {operation['summary']}", "", f"`{method.upper()} {path}`"]
    if "description" in operation:
        lines += ["", operation["description"].replace("<", "&lt;")]
    scopes = [f"{scheme}" + "".join(f" with `{scope}`" for scope in of)
              for each in operation.get("security", []) for scheme, of in each.items()]
    if scopes:
        lines += ["", "Access: " + " or ".join(scopes) + "."]
    parameters = [components["parameters"][last(one["$ref"])] if "$ref" in one else one
                  for one in document["paths"][path].get("parameters", []) + operation.get("parameters", [])]
    table(lines, ("Parameter", "In", "Type", "Meaning"), (
        (f"`{one['name']}`" + ("" if one.get("required") else "?"), one["in"], kind(one.get("schema", {})),
         meaning(one, one.get("schema", {}))) for one in parameters))
    if "requestBody" in operation:
        lines += ["", "Takes " + bodies(operation["requestBody"]["content"]) + "."]
    answers = ((status, components["responses"][last(one["$ref"])] if "$ref" in one else one)
               for status, one in operation["responses"].items())
    table(lines, ("Status", "Answer", "Body"), (
        (status, cell(one.get("description", "")), bodies(one.get("content", {}))) for status, one in answers))
    return lines


def objects(schemas):
    """Returns the lines of the page of objects."""
    lines = ["# Objects", "", "A `?` marks a member that may be absent."]
    for name, schema in sorted(schemas.items()):
        lines += ["", f'<a id="{slug(name)}"></a>', "", f"## {name}"]
        if "description" in schema:
            lines += ["", schema["description"].replace("<", "&lt;")]
        required = schema.get("required", [])
        members = schema.get("properties", {})
        table(lines, ("Member", "Type", "Meaning"), (
            (f"`{member}`" + ("" if member in required else "?"), kind(of), meaning(of, of))
            for member, of in members.items()))
        if not members:
            lines += ["", "Type: " + kind(schema) + "."]
    return lines


def pages(document):
    """Returns the pages: pairs of a title and a text, by file name, in the order of the document."""
    found = {}
    for tag in document["tags"]:
        lines = [f"# {tag['name']}", "", tag.get("description", "")]
        for path, item in document["paths"].items():
            for method in METHODS:
                if tag["name"] in item.get(method, {}).get("tags", []):
                    lines += call(document, method, path, item[method])
        found[slug(tag["name"]) + ".md"] = (tag["name"], "\n".join(lines) + "\n")
    found["objects.md"] = ("Objects", "\n".join(objects(document["components"]["schemas"])) + "\n")
    return found
