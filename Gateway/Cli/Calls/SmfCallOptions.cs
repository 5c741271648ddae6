using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The arguments of an smf call.</summary>
internal sealed class SmfCallOptions
{
    private const string EmptyTable = "--hex 080000000400040004000000";

    /// <summary>A FlatBuffers table with one string of 35 characters: the 60 bytes that smf's own clients send for Get.</summary>
    private static readonly byte[] DefaultPayload =
    [
        0x0c, 0, 0, 0, 0, 0, 0x06, 0, 0x08, 0, 0x04, 0, 0x06, 0, 0, 0, 0x04, 0, 0, 0, 0x23, 0, 0, 0,
        .. "0nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\0"u8,
    ];

    private static readonly int PayloadBytesMax = new SmfClientOptions().MessageBytesMax;
    private static readonly ChoiceForm<SmfCompression> CompressionForm = new(("zstd", SmfCompression.Zstd), ("lz4", SmfCompression.Lz4));

    private readonly Option<string> _schema = new("--schema")
    {
        HelpName = "FILE",
        Description = "FlatBuffers schema that defines SERVICE and METHOD; REQUEST and REPLY are taken from it.",
    };

    private readonly Option<string> _hex = new("--hex")
    {
        HelpName = "PAYLOAD",
        Description = "smf payload in hexadecimal. Default: a FlatBuffers table of 60 bytes.",
    };

    private readonly Option<string> _base64 = new("--base64") { HelpName = "PAYLOAD", Description = "smf payload in Base64." };

    private readonly Option<string> _payload = new("--payload") { HelpName = "FILE|-", Description = "smf payload from a file or from standard input." };

    private readonly Option<string> _compress = new("--compress")
    {
        HelpName = "zstd|lz4",
        Description = "Compress the payload, if that makes it smaller.",
    };

    public IEnumerable<Option> All => [_schema, _hex, _base64, _payload, _compress];

    /// <summary>The first of these options that was given, to reject it for a frame call; or null.</summary>
    public string? FirstGiven(ParseResult line) => All.FirstOrDefault(option => line.GetResult(option) is not null)?.Name;

    /// <summary>Reads the arguments and their files; false, with the problem, before anything is sent.</summary>
    public bool TryRead(ParseResult line, string[] words, CallFiles files, [NotNullWhen(true)] out SmfRequestPlan? plan, out string? problem)
    {
        plan = null;
        if (!TryReadId(line.GetValue(_schema), words, files, out RequestId id, out problem) || !TryReadPayload(line, files, out byte[] payload, out problem)
            || !TryReadCompressor(line.GetValue(_compress), out SmfCompressor? compressor, out problem))
            return false;
        plan = new SmfRequestPlan(id, payload, compressor);
        return true;
    }

    private static bool TryReadId(string? schema, string[] words, CallFiles files, out RequestId id, [NotNullWhen(false)] out string? problem)
    {
        id = default;
        problem = null;
        if (schema is not null)
            return TryReadSchema(schema, words, files, out id, out problem);
        if (words.Length == 4)
            id = RequestId.ForMethod(words[0], words[1], words[2], words[3]);
        else if (words.Length != 1)
            problem = $"{words.Length} arguments do not identify a method; write ID, or SERVICE METHOD REQUEST REPLY, or SERVICE METHOD with --schema FILE";
        else if (!RequestId.TryParse(words[0], out id))
            problem = $"\"{words[0]}\" is not a request id, such as 0x6ad4023d or 1792279101";
        if (problem is null && id.Value == 0)
            problem = "0 is not a valid request id";
        return problem is null;
    }

    private static bool TryReadSchema(string file, string[] words, CallFiles files, out RequestId id, [NotNullWhen(false)] out string? problem)
    {
        id = default;
        if (words.Length != 2)
        {
            problem = $"--schema requires SERVICE METHOD; \"{GatewayCommandLine.Program} id --schema {file}\" lists them";
            return false;
        }
        try
        {
            Schema schema = files.LoadSchema(file);
            if (!SchemaLookup.TryFindService(schema, words[0], out SchemaService? service, out problem)
                || !SchemaLookup.TryFindMethod(service, words[1], out SchemaMethod? method, out problem))
            {
                problem = $"{file}: {problem}";
                return false;
            }
            id = method.Id;
            return true;
        }
        catch (SchemaException wrong)
        {
            problem = wrong.Message;
            return false;
        }
    }

    private bool TryReadPayload(ParseResult line, CallFiles files, out byte[] payload, out string? problem)
    {
        payload = DefaultPayload;
        problem = null;
        if (new[] { _hex, _base64, _payload }.Count(option => line.GetResult(option) is not null) > 1)
            problem = "only one of --hex, --base64 and --payload can be given";
        else if (line.GetValue(_hex) is { } hex && !TryReadHex(hex, out payload))
            problem = "--hex takes an even number of hexadecimal digits, at least two";
        else if (line.GetValue(_base64) is { } base64 && !TryReadBase64(base64, out payload))
            problem = "--base64 takes Base64, such as CAAAAAQABAAEAAAA";
        else if (line.GetValue(_payload) is { } file)
            payload = files.ReadAll(file, PayloadBytesMax, out problem);
        if (problem is null && payload.Length == 0)
            problem = $"{CallFiles.Show(line.GetValue(_payload)!)} is empty, and smf has no empty payloads; the empty FlatBuffers table is {EmptyTable}";
        return problem is null;
    }

    private static bool TryReadHex(string hex, out byte[] payload)
    {
        bool right = hex.Length is > 0 && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit);
        payload = right ? Convert.FromHexString(hex) : [];
        return right;
    }

    private static bool TryReadBase64(string base64, out byte[] payload)
    {
        byte[] bytes = new byte[base64.Length];
        bool right = Convert.TryFromBase64String(base64, bytes, out int length) && length > 0;
        payload = bytes[..length];
        return right;
    }

    private static bool TryReadCompressor(string? word, out SmfCompressor? compressor, out string? problem)
    {
        compressor = null;
        problem = null;
        if (word is null)
            return true;
        if (CompressionForm.Read(word, SettingKind.Variable, out SmfCompression algorithm) is { } wrong)
        {
            problem = $"--compress: {wrong}; write {CompressionForm.Phrase}";
            return false;
        }
        try
        {
            // The option is given to see compression, even for a short payload.
            compressor = new SmfCompressor(algorithm, minimumBytes: 1);
        }
        catch (SmfCompressionUnavailableException e)
        {
            problem = $"--compress: {e.Message}";
        }
        return problem is null;
    }
}
