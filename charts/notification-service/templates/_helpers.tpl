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
      name: {{ .Values.database.secretName }}
      key: {{ .Values.database.secretKey }}
- name: Notification__MasterKeys
  valueFrom:
    secretKeyRef:
      name: {{ .Values.masterKeys.secretName }}
      key: {{ .Values.masterKeys.secretKey }}
{{- with .Values.publicUrl }}
- name: Notification__PublicUrl
  value: {{ . | quote }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "notification-service.security" -}}
runAsNonRoot: true
runAsUser: 1654
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: ["ALL"]
{{- end -}}
