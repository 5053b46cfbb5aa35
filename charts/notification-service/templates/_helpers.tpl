{{- define "notification-service.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "notification-service.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "notification-service.labels" -}}
app.kubernetes.io/name: notification-service
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "notification-service.environment" -}}
- name: ASPNETCORE_URLS
  value: http://+:8080
- name: ASPNETCORE_ENVIRONMENT
  value: Production
- name: ConnectionStrings__NotificationDatabase
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret }}
      key: {{ .Values.database.secretKey }}
- name: Notification__MasterKeys
  valueFrom:
    secretKeyRef:
      name: {{ .Values.masterKeys.existingSecret }}
      key: {{ .Values.masterKeys.secretKey }}
- name: Notification__ManagementPort
  value: "8081"
{{- with .Values.publicUrl }}
- name: Notification__PublicUrl
  value: {{ . | quote }}
{{- end }}
{{- with .Values.trustedProxies }}
- name: Notification__TrustedProxies
  value: {{ . | quote }}
{{- end }}
{{- range $number, $issuer := .Values.oidc.issuers }}
{{- range $name, $value := $issuer }}
- name: {{ printf "Notification__Oidc__Issuers__%d__%s" $number $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.settings }}
{{- if regexMatch "(?i)(password|passwd|passphrase|secret|token|keys|credential|connectionstring|key.pem|private.key|api[._-]?key|authorization|oauthbearer.config|headers$)" $name }}
{{- fail (printf "%s is a secret: name it under secretSettings, with the secret that holds it" $name) }}
{{- end }}
{{- if regexMatch "(?i)((password|passwd|pwd|secret|token|api[ _-]?key|authorization) *[=:]|(bearer|basic) +[a-z0-9+/=._~-]{8}|://[^/@ ]+:[^/@ ]*@|-----BEGIN [A-Z ]*PRIVATE KEY|[?&;](sig|key)=)" (toString $value) }}
{{- fail (printf "the value of %s holds a secret: name it under secretSettings, with the secret that holds it" $name) }}
{{- end }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $from := .Values.secretSettings }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.existingSecret }}
      key: {{ $from.secretKey }}
{{- end }}
{{- end -}}

{{- define "notification-service.migration-environment" -}}
- name: ASPNETCORE_ENVIRONMENT
  value: Production
- name: ConnectionStrings__NotificationDatabase
  valueFrom:
    secretKeyRef:
      name: {{ .Values.migration.existingSecret }}
      key: {{ .Values.migration.secretKey }}
{{- end -}}

{{- define "notification-service.pod" -}}
# The service never asks Kubernetes anything.
automountServiceAccountToken: false
securityContext:
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{- define "notification-service.security" -}}
runAsNonRoot: true
runAsUser: 1654
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: ["ALL"]
{{- end -}}
