package templatefuzz

import "strings"

// mistakes are pieces that Django refuses, or seems to.
var mistakes = []string{
	"{{ }}", "{{ v0| }}", "{{ v0||upper }}", "{{ |upper }}", `{{ "open }}`, "{{ v0|unknown }}", "{{ v0|upper:1 }}", "{{ v0|cut }}",
	"{{ v0 v1 }}", "{{ _hidden }}", "{{ v0._hidden }}", "{{ v0.. }}", "{{ .v0 }}", "{{ v0|default:_x }}", "{{ v0|upper:\"a\":\"b\" }}", "{{ 1.2.3 }}", "{{ v0-1 }}", "{{ v0!upper }}",
	"{% %}", "{%%}", "{% unknown %}", "{% endif %}", "{% else %}", "{% if %}{% endif %}", "{% if v0 %}", "{% if v0 and %}{% endif %}", "{% if not %}{% endif %}", "{% if v0 v1 %}{% endif %}", "{% if == %}{% endif %}",
	"{% if v0 = v1 %}{% endif %}", "{% if v0 %}{% else %}{% else %}{% endif %}", "{% if v0 %}{% elif %}{% endif %}",
	"{% for %}{% endfor %}", "{% for x %}{% endfor %}", "{% for x in %}{% endfor %}", "{% for x of v9 %}{% endfor %}", "{% for x, in v9 %}{% endfor %}", "{% for x y in v9 %}{% endfor %}", "{% for x in v9 %}", "{% for x in v9 sorted %}{% endfor %}", "{% for x|y in v9 %}{% endfor %}", "{% for in in v9 %}{{ in }}{% endfor %}",
	"{% with %}{% endwith %}", "{% with a %}{% endwith %}", "{% with a=1 b %}{% endwith %}", "{% with a=1 %}", "{% with a= %}{% endwith %}", "{% with 1 as a b %}{% endwith %}",
	"{% include %}", "{% include 'part0.html' with %}", "{% include 'part0.html' only only %}", "{% include 'part0.html' with a=1 b %}", "{% include 'part0.html' wrong %}", "{% include missing %}", "{% include v1 %}",
	"{% extends 'base.html' %}", "{% extends %}", "{% extends missing %}", "{% block %}{% endblock %}", "{% block a b %}{% endblock %}", "{% block twin %}{% endblock %}{% block twin %}{% endblock %}", "{% block a %}{% endblock b %}", "{% block a %}", "{{ block.super }}",
	"{% cycle %}", "{% cycle unknown %}", "{% cycle 'a' as %}", "{% cycle 'a' 'b' as c loud %}", "{% resetcycle %}", "{% resetcycle nobody %}", "{% cycle 'a' %}", "{% cycle a,b %}", "{% cycle 'a' as b %}",
	"{% firstof %}", "{% firstof as x %}", "{% regroup %}", "{% regroup v12 by n %}", "{% regroup v12 with n as x %}", "{% regroup v12 by n as %}", "{% regroup v0 by n as x %}", "{% regroup v2 by n as x %}",
	"{% widthratio %}", "{% widthratio 1 2 %}", "{% widthratio 1 0 3 %}", "{% widthratio 1 2 v0 %}", "{% widthratio v0 2 3 %}", "{% widthratio 1 2 3 4 5 %}", "{% widthratio 1 2 3 to x %}",
	"{% templatetag %}", "{% templatetag nothing %}", "{% autoescape %}{% endautoescape %}", "{% autoescape maybe %}{% endautoescape %}", "{% filter unknown %}{% endfilter %}", "{% filter escape %}{% endfilter %}", "{% filter upper|safe %}{% endfilter %}",
	"{% spaceless %}", "{% verbatim %}", "{% verbatim x %}{% endverbatim %}", "{% comment %}", "{% load nothing %}", "{% load %}", "{% load upper from i18n %}", "{% load trans from i18n %}", "{% now %}", "{% now 'Y' 'm' %}", "{% lorem x y z %}", "{% url %}", "{% url 'nowhere' %}", "{% url 'nowhere' as x %}[{{ x }}]", "{% csrf_token %}", "{% debug x %}",
	"{% load i18n %}{% trans %}", "{% load i18n %}{% trans 'a' noop noop %}", "{% load i18n %}{% trans 'a' wrong %}", "{% load i18n %}{% blocktrans %}{% if x %}{% endif %}{% endblocktrans %}", "{% load i18n %}{% blocktrans %}a{% plural %}b{% endblocktrans %}", "{% load i18n %}{% blocktrans count v0 %}a{% endblocktrans %}", "{% load i18n %}{% blocktrans with %}a{% endblocktrans %}", "{% load i18n %}{% blocktrans count x=v2 %}a{% endblocktrans %}", "{% load i18n %}{% blocktrans %}{{ a|upper }}{% endblocktrans %}", "{% load i18n %}{% trans 'a' context %}", "{% load i18n %}{% trans 'a' as %}", "{% trans 'not loaded' %}",
	"{% ifchanged %}", "{% endfor %}", "{% empty %}", "{% endblock %}", "{% plural %}", "{% elif v0 %}", "{% load l10n %}{% localize maybe %}{% endlocalize %}", "{% load cache %}{% cache %}{% endcache %}", "{% load cache %}{% cache 5 %}{% endcache %}", "{% load static %}{% static %}", "{% load static %}{% static 'a b.css' %}", "{% load tz %}{% timezone %}{% endtimezone %}",
}

// spoil puts a mistake somewhere into a template, or takes or doubles a few
// characters.
func (g *gen) spoil(name string) {
	if g.chance(75) {
		nodes := g.templates[name]
		i := g.intn(len(nodes) + 1)
		mistake := leaf(g.pick(mistakes))
		g.templates[name] = append(append(append([]node(nil), nodes[:i]...), mistake), nodes[i:]...)
		return
	}
	runes := []rune(source(g.templates[name]))
	i := g.intn(len(runes))
	n := min(len(runes)-i, 1+g.intn(3))
	middle := strings.Repeat(string(runes[i:i+n]), 2*g.intn(2))
	g.templates[name] = []node{leaf(string(runes[:i]) + middle + string(runes[i+n:]))}
}
