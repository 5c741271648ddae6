using System.Text;
using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Tests.Configuration;

public sealed class BrokenFileTests
{
    /// <summary>What a hand that slips puts into a file: structure, names that collide, values of other kinds.</summary>
    private static readonly string[] Splinters =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e9", "-0", "\"\"", "\\u0000", "\\ud800", "/*", "//", "\n", "\uFEFF", "\"a:b\": 1,", "\"\": {},",
        "\"workers\": 1,", "\"Limits\": {},", "\"servers\": [[]],", "\"0\": {},", "99999999999999999999", "é€😀",
    ];

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    [Arguments(4)]
    public async Task However_a_file_is_broken_the_answer_is_a_list_of_mistakes(int seed)
    {
        string shipped = Encoding.UTF8.GetString(Repository.Read("gateway.json"));
        string body = shipped[shipped.IndexOf('{')..];
        var random = new Random(seed);
        for (int i = 0; i < 500; i++)
        {
            string broken = BrokenText.Of(body, Splinters, random);
            var configuration = GatewayConfiguration.Read(Encoding.UTF8.GetBytes(broken), "gateway.json", Given.Environment(), Given.NoSchemas);

            await Assert.That(configuration.IsRight == (configuration.Mistakes.Count == 0)).IsTrue().Because(broken);
        }
    }
}
