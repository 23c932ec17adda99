# The documentation names log lines, files and headings that exist.
source "$(dirname "$0")/../library.sh"
needs python3

echo "-- log lines and links of the documentation"
cd "$here/../.."
python3 "$here/tools/log_lines.py" .
python3 "$here/tools/markdown_links.py" ./*.md docs/*.md deploy/grafana/README.md
