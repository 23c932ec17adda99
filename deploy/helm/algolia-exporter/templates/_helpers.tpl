{{- define "algolia-exporter.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "algolia-exporter.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "algolia-exporter.labels" -}}
{{ include "algolia-exporter.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* The Secret that holds the keys; empty when there is none. */}}
{{- define "algolia-exporter.secret" -}}
{{- if .Values.secret.existing }}{{ .Values.secret.existing }}{{ else if or .Values.secret.create .Values.secret.external.enabled }}{{ include "algolia-exporter.name" . }}-keys{{ end }}
{{- end }}

{{- define "algolia-exporter.scheme" -}}
{{ if .Values.webConfig.secretName }}HTTPS{{ else }}HTTP{{ end }}
{{- end }}

{{- /* One way to say which endpoints to scrape, for both kinds of monitor. */}}
{{- define "algolia-exporter.endpoint" -}}
port: http
path: /metrics
interval: {{ .interval }}
{{- if .tls }}
scheme: https
tlsConfig: { insecureSkipVerify: true }
{{- end }}
{{- end }}

{{- define "algolia-exporter.checks" -}}
{{- $ways := list }}
{{- if .Values.secret.existing }}{{ $ways = append $ways "secret.existing" }}{{ end }}
{{- if .Values.secret.create }}{{ $ways = append $ways "secret.create" }}{{ end }}
{{- if .Values.secret.external.enabled }}{{ $ways = append $ways "secret.external" }}{{ end }}
{{- if gt (len $ways) 1 }}{{ fail (printf "set only one of %s" (join ", " $ways)) }}{{ end }}
{{- if not .Values.demo }}
{{- if not .Values.config.applications }}{{ fail "config.applications is empty; name an application, or set demo=true to try the exporter without one" }}{{ end }}
{{- if not $ways }}{{ fail "the keys are missing; set secret.existing, secret.create or secret.external" }}{{ end }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}{{ fail "set only one of serviceMonitor.enabled and podMonitor.enabled: both would count everything twice" }}{{ end }}
{{- end }}
