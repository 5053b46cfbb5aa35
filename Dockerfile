# syntax=docker/dockerfile:1
# What runs in browsers. It is the same for every platform.
FROM --platform=$BUILDPLATFORM node:22-bookworm-slim AS console
WORKDIR /console
COPY src/NotificationService.Console .
RUN CONSOLE_BUILD_OUTPUT=all node scripts/build.mjs

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY eng eng
COPY src src
COPY --from=console /console/dist src/NotificationService.Console/dist
# For one platform, so that it brings its machine code along and starts sooner.
RUN dotnet publish src/NotificationService.Host -c Release -a $TARGETARCH -o /app -p:BuildConsole=copy -p:RequireConsole=true

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# With --build-arg KAFKA=1 the image has librdkafka, which docs/kafka.md needs.
ARG KAFKA=
RUN if [ -n "$KAFKA" ]; then apt-get update && apt-get install -y --no-install-recommends librdkafka1 && rm -rf /var/lib/apt/lists/*; fi
WORKDIR /app
COPY --from=build /app .
# The heap may have half of the container's memory: compiled code, sockets and the program's files need some 250 MiB beside it (docs/memory.md).
ENV ASPNETCORE_URLS=http://+:8080 \
    ASPNETCORE_ENVIRONMENT=Production \
    DOTNET_GCHeapHardLimitPercent=0x32
EXPOSE 8080
USER $APP_UID
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["dotnet", "NotificationService.Host.dll", "healthcheck"]
ENTRYPOINT ["dotnet", "NotificationService.Host.dll"]
