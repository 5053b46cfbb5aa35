using System.Text.Json;
using NotificationService.Testing.OpenApi;

namespace NotificationService.UnitTests.OpenApi;

/// <summary>The referee of live answers sees each kind of contradiction. Otherwise its silence would say nothing.</summary>
public sealed class PublishedContractTests
{
    private static readonly PublishedContract Contract = new(Json("""
        {
          "components": { "schemas": { "Item": { "type": "object", "required": ["id"], "properties": {
            "id": { "type": "string", "format": "uuid" }, "count": { "type": ["null", "integer"], "format": "int32", "maximum": 9 },
            "at": { "type": "string", "format": "date-time" }, "kind": { "enum": ["a", "b"] } } } } },
          "paths": {
            "/items/{id}": { "get": { "responses": { "200": { "content": { "application/json": {
              "schema": { "$ref": "#/components/schemas/Item" }, "example": { "id": 5 } } } } } } },
            "/items/mine": { "get": { "responses": { "200": { "content": { "application/json": {
              "schema": { "type": "array", "maxItems": 2, "items": { "$ref": "#/components/schemas/Item" } } } } } } } },
            "/counts": { "get": { "responses": { "200": { "content": { "application/json": {
              "schema": { "type": "object", "additionalProperties": { "type": "integer" } } } } }, "204": {} } } },
            "/orders": { "post": { "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } } }, "responses": { "202": {} } } }
          }
        }
        """));

    [Theory]
    [InlineData("/items/7", """{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "count": null, "at": "2026-11-22T09:00:00.500000Z", "kind": "a" }""")]
    [InlineData("/items/mine", """[{ "id": "01890a5d-ac96-774b-bcce-b302099a8057" }]""")]
    [InlineData("/counts", """{ "sent": 3, "failed": 0 }""")]
    [InlineData("/elsewhere", """{ "whatever": 1 }""")]
    public void What_the_document_allows_passes(string path, string body) => Faults(path, body).ShouldBeEmpty();

    [Theory]
    [InlineData("/items/7", "{}", "/id: is required")]
    [InlineData("/items/7", """{ "id": "7" }""", "/id: 7 is no uuid")]
    [InlineData("/items/7", """{ "id": null }""", "/id: Null is no string")]
    [InlineData("/items/7", """{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "count": "3" }""", "/count: String is no")]
    [InlineData("/items/7", """{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "count": 10 }""", "/count: 10 is above 9")]
    [InlineData("/items/7", """{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "at": "2026-11-22 09:00" }""", "/at: 2026-11-22 09:00 is no date-time")]
    [InlineData("/items/7", """{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "at": "2026-11-22T09:00:00.5Z" }""", "/at: 2026-11-22T09:00:00.5Z is no date-time")]
    [InlineData("/items/7", """{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "kind": "c" }""", "/kind: c is none of")]
    [InlineData("/items/7", """{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "extra": 1 }""", "/extra: is not in the document")]
    [InlineData("/items/mine", """[{}]""", "/0/id: is required")]
    [InlineData("/items/mine", """{}""", "Object is no array")]
    [InlineData("/counts", """{ "sent": "3" }""", "/sent: String is no integer")]
    public void What_it_does_not_allow_is_named_with_its_place(string path, string body, string fault) => Faults(path, body).ShouldContain(said => said.Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void A_status_or_media_type_that_the_document_lacks_is_a_fault()
    {
        Contract.Faults("GET", "/counts", 409, "application/json", Json("{}")).ShouldBe(["the status 409 is not in the document"]);
        Contract.Faults("GET", "/counts", 200, "text/html", null).ShouldBe(["text/html is not in the document"]);
        Contract.Faults("GET", "/counts", 204, null, null).ShouldBeEmpty();
        Contract.Faults("GET", "/counts", 200, null, null).ShouldBe(["has no body"]);
    }

    [Fact]
    public void A_request_that_was_taken_is_held_against_the_document_too()
    {
        Contract.RequestFaults("POST", "/orders", "application/json", Json("""{ "id": "01890a5d-ac96-774b-bcce-b302099a8057" }""")).ShouldBeEmpty();
        Contract.RequestFaults("POST", "/orders", "application/json", Json("""{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "extra": 1 }""")).ShouldBe(["/extra: is not in the document"]);
        Contract.RequestFaults("POST", "/orders", "application/json", Json("""{ "id": "01890a5d-ac96-774b-bcce-b302099a8057", "at": "2026-11-22T09:00:00Z" }""")).ShouldBeEmpty();
        Contract.RequestFaults("POST", "/orders", "application/json", Json("{}")).ShouldBe(["/id: is required"]);
        Contract.RequestFaults("POST", "/orders", "application/json", null).ShouldBe(["is no JSON"]);
        Contract.RequestFaults("POST", "/orders", "text/csv", null).ShouldBe(["text/csv is not in the document"]);
        Contract.RequestFaults("GET", "/counts", "application/json", Json("""{ "a": 1 }""")).ShouldBe(["a body is not in the document"]);
        Contract.RequestFaults("GET", "/counts", "application/json", Json("{}")).ShouldBeEmpty("an empty object says nothing");
    }

    [Fact]
    public void An_example_that_does_not_fit_is_found()
    {
        Contract.Examples.ShouldBe(1);
        Contract.FaultyExamples().ShouldHaveSingleItem().ShouldStartWith("GET /items/{id} 200 application/json /id:");
    }

    [Fact]
    public void A_keyword_that_the_check_does_not_know_is_not_passed_over()
    {
        var contract = new PublishedContract(Json("""{ "paths": { "/x": { "get": { "responses": { "200": { "content": { "application/json": { "schema": { "uniqueItems": true } } } } } } } } }"""));

        Should.Throw<NotSupportedException>(() => contract.Faults("GET", "/x", 200, "application/json", Json("[]")).ToList());
    }

    private static List<string> Faults(string path, string body) => [.. Contract.Faults("GET", path, 200, "application/json", Json(body))];

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
