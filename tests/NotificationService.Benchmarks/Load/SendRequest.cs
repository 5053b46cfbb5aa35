using System.Text;

namespace NotificationService.Benchmarks.Load;

/// <summary>A whole HTTP request that sends one order confirmation, about 1 KB of JSON.</summary>
internal sealed class SendRequest(Uri service, string token)
{
    public byte[] To(string recipient, int number)
    {
        var body =
            $$$"""
            {"template":"order-confirmation","channel":"email","recipient":{"email":"{{{recipient}}}"},"data":{"firstName":"Customer{{{number}}}","orderId":"ORD-{{{number:00000000}}}","orderDate":"2026-11-21","total":"{{{100 + number % 400}}}.95","currency":"EUR","trackUrl":"https://shop.example.com/track/{{{number:00000000}}}","premium":{{{(number % 2 == 1 ? "true" : "false")}}},"items":[{"name":"Coffee grinder","sku":"CG-{{{number % 10000:0000}}}","qty":1,"price":"89.00"},{"name":"Filter papers","sku":"FP-100","qty":3,"price":"4.50"},{"name":"Espresso beans 1 kg","sku":"EB-1000","qty":2,"price":"18.90"},{"name":"Milk jug","sku":"MJ-350","qty":1,"price":"12.25"},{"name":"Cleaning tablets","sku":"CT-20","qty":1,"price":"9.95"}]}}
            """;
        return Encoding.ASCII.GetBytes(
            $"POST /api/v1/services/notifications/send HTTP/1.1\r\nHost: {service.Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }
}
