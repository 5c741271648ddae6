using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FrameRpc.Tests.Protocol.Transports;

/// <summary>A certificate that only these tests trust.</summary>
internal static class SelfSigned
{
    private static readonly X509Certificate2 Certificate = Make();

    public static SslServerAuthenticationOptions Server() => new() { ServerCertificate = Certificate };

    public static SslClientAuthenticationOptions Client() => new()
    {
        TargetHost = "frpc.test",
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == Certificate.GetCertHashString(),
    };

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=frpc.test", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
