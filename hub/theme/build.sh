#!/bin/sh
# Compile govuk.scss to ../static/govuk.css. Colours that GOV.UK Frontend takes from its own palette, and that no Sass
# setting reaches, become ours: the last step. `sh build.sh DIR` uses the node_modules in DIR; the default is here.
set -eu
cd "$(dirname "$0")"
modules="${1:-.}/node_modules"
{
  echo "/* Parts of GOV.UK Frontend 6.3.0 (MIT, Crown Copyright), compiled by hub/theme/build.sh: change govuk.scss, not this. */"
  "$modules/.bin/sass" --style=compressed --no-source-map --no-charset --load-path="$modules" govuk.scss
} | sed -e 's/#0b5c3e/#0a352b/g; s/#083d29/#0a352b/g; s/#0f385c/#0a352b/g; s/#f4f8fb/#e4efe9/g' \
        -e 's/#ca3535/#9a1f16/g; s/#982828/#7d1711/g; s/#651b1b/#5f110c/g' \
        -e 's/#0b0c0c/#1b2420/g; s/#f3f3f3/#f1eee5/g; s/#cecece/#dcd7ca/g; s/#858686/#55605a/g' > ../static/govuk.css
