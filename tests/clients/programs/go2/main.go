// The SDK for Go v2: one living configuration; see clients_test.py for the lines it reads and writes.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	ctx := context.Background()
	living, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	client := sts.NewFromConfig(living, sts.WithEndpointResolver(sts.EndpointResolverFromURL(
		os.Getenv("STS_URL"), func(endpoint *aws.Endpoint) { endpoint.SigningRegion = "us-east-1" })))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer := map[string]string{}
		if lines.Text() == "call" {
			identity, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			note(answer, err, func() string { return *identity.UserId })
		} else {
			value, err := living.Credentials.Retrieve(ctx)
			note(answer, err, func() string { return value.AccessKeyID })
		}
		text, _ := json.Marshal(answer)
		fmt.Println(string(text))
	}
}

func note(answer map[string]string, err error, key func() string) {
	if err != nil {
		answer["error"] = err.Error()
	} else {
		answer["access_key"] = key()
	}
}
