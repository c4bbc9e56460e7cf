#!/usr/bin/env python3
"""Packs editors/vscode into a .vsix, without a network: a zip with a manifest (Open Packaging Conventions).

usage: editors/package-vscode.py [OUTPUT.vsix]     (default: editors/postern.vsix)
"""
import json
import pathlib
import sys
import zipfile
from xml.sax.saxutils import escape, quoteattr

FOLDER = pathlib.Path(__file__).resolve().parent / "vscode"
TYPES = {".json": "application/json", ".js": "application/javascript", ".md": "text/markdown", ".vsixmanifest": "text/xml"}
# The earliest moment that a zip can say, so that the same files always make the same package.
EPOCH = (1980, 1, 1, 0, 0, 0)


def manifest(package):
    """The extension as Visual Studio Code's gallery format describes it."""
    engine = package["engines"]["vscode"]
    return f"""<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id={quoteattr(package["name"])} Version={quoteattr(package["version"])} Publisher={quoteattr(package["publisher"])}/>
    <DisplayName>{escape(package["displayName"])}</DisplayName>
    <Description xml:space="preserve">{escape(package["description"])}</Description>
    <Categories>{escape(",".join(package["categories"]))}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value={quoteattr(engine)}/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
  </Assets>
</PackageManifest>
"""


def content_types(names):
    endings = sorted({pathlib.PurePath(name).suffix for name in names})
    lines = [f'  <Default Extension={quoteattr(ending)} ContentType={quoteattr(TYPES[ending])}/>' for ending in endings]
    head = '<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\n'
    return head + "\n".join(lines) + "\n</Types>\n"


def main():
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER.parent / "postern.vsix"
    package = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    files = {"extension.vsixmanifest": manifest(package)}
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            files["extension/" + path.relative_to(FOLDER).as_posix()] = path.read_text(encoding="utf-8")
    # Whatever the package names must be in it.
    for needed in [package["main"]] + [it["path"] for it in package["contributes"]["grammars"]] + [
        it["configuration"] for it in package["contributes"]["languages"]
    ]:
        if "extension/" + needed.removeprefix("./") not in files:
            raise SystemExit(f"package.json names {needed}, which is not there")
    files = {"[Content_Types].xml": content_types(files), **files}
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    print(output)


if __name__ == "__main__":
    main()
