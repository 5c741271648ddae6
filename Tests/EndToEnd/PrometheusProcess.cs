using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>A Prometheus that scrapes one gateway, twice a second.</summary>
internal sealed class PrometheusProcess : IDisposable
{
    private readonly Process _process;
    private readonly AdminHttp _http;

    /// <param name="target">The admin address of the gateway.</param>
    /// <param name="folder">For its configuration and its data.</param>
    public PrometheusProcess(string target, string folder)
    {
        string address = $"127.0.0.1:{FreePort()}";
        string file = Path.Combine(folder, "prometheus.yml");
        File.WriteAllText(file, $"scrape_configs: [{{ job_name: gateway, scrape_interval: 500ms, scrape_timeout: 500ms, static_configs: [{{ targets: ['{target}'] }}] }}]\n");
        _process = Programs.Start("prometheus", folder, [], $"--config.file={file}", $"--storage.tsdb.path={folder}/data", $"--web.listen-address={address}", "--log.level=error");
        // Nobody may wait for somebody to read what it says.
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _http = new AdminHttp(address);
    }

    /// <summary>The one number that a query has as its answer, as soon as it has one.</summary>
    public double Ask(string query)
    {
        double? number = null;
        Patience.Until(() => (number = TryAsk(query)) is not null, $"Prometheus has an answer to {query}");
        return number!.Value;
    }

    public void Dispose()
    {
        _http.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private double? TryAsk(string query)
    {
        try
        {
            AdminAnswer answer = _http.Get($"/api/v1/query?query={Uri.EscapeDataString(query)}");
            if (answer.Status != 200)
                return null;
            using var json = JsonDocument.Parse(answer.Text);
            JsonElement[] series = [.. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()];
            return series.Length == 1 ? double.Parse(series[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture) : null;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
