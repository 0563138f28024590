"""What the public headers declare: functions with their documentation, and constants."""
import pathlib
import re

PUBLIC = [
    "automl", "balancer", "context", "dataset", "evaluator", "experimental", "export", "job", "operator", "params",
    "pipeline", "search", "selector", "status", "store", "version"]


class Function:
    def __init__(self, header, doc, text):
        self.header = header
        self.doc = doc
        self.text = " ".join(text.split())
        before, arguments = self.text.split("(", 1)
        self.returns, self.name = re.match(r"(.*?)(\w+)$", before.strip()).groups()
        self.returns = self.returns.strip()
        self.parameters = [parameter(a) for a in split_arguments(arguments.rsplit(")", 1)[0])]

    def status(self):
        return self.returns == "automl_status"

    def optional(self, name):
        """Whether the documentation says what NULL does."""
        found = re.search(r"@param %s\b(.*?)(?=@param|@return|@since|$)" % name, self.doc, re.S)
        return bool(found and "NULL" in found.group(1))


def split_arguments(text):
    parts, depth, part = [], 0, ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += c
    return [p.strip() for p in parts + [part] if p.strip() not in ("", "void")]


def parameter(text):
    """(name, whether it is a pointer)."""
    function = re.search(r"\(\*(\w+)\)", text)
    if function:
        return function.group(1), True
    name = re.search(r"(\w+)\s*(?:\[\d*\])?$", text).group(1)
    return name, "*" in text or "[" in text or "_fn " in text


def read(root, header):
    return (pathlib.Path(root) / "include/automl" / (header + ".h")).read_text()


def functions(root):
    found = []
    for header in PUBLIC:
        pattern = r"/\*\*((?:(?!\*/).)*)\*/\s*AUTOML_API ([^;]*);"
        text = read(root, header)
        matches = re.findall(pattern, text, re.S)
        bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        declared = len(re.findall(r"^AUTOML_API ", bare, re.M))
        if declared != len(matches):
            raise SystemExit(f"{header}.h: {declared} functions, but {len(matches)} are documented")
        for doc, prototype in matches:
            doc = re.sub(r"^\s*\*", "", doc, flags=re.M)
            found.append(Function(header, doc, prototype))
    return found


def constants(root):
    """Names of all constants but the version."""
    found = []
    for header in PUBLIC:
        bare = re.sub(r"/\*.*?\*/", "", read(root, header), flags=re.S)
        for body in re.findall(r"\benum \{(.*?)\}", bare, re.S):
            found += re.findall(r"\b(AUTOML_\w+)\s*=", body)
    return found
